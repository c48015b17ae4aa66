import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapters, merge, readPeft, type Adapter, type HostParams } from '@lab/adapter';
import { methods, mergeFactor } from '@lab/dropout';
import { isSavable, models } from '@lab/models';
import { BadInput, makeFolder, readRecord, runFolder, type Readout, type RunConfig } from '@lab/records';
import { readSafetensors, writeSafetensors } from '@lab/tensor';

export interface ExportOptions {
  readonly out: string;
  readonly run: string;
  readonly format: 'peft' | 'merged' | 'onnx';
  readonly to: string;
  readonly readout?: 'quiet' | 'mean-field';
  readonly weights?: string;
}

const FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;

/** The stored adapter files, copied as they are, if PEFT knows the adapter. */
const writePeft = (from: string, to: string, { adapter }: RunConfig): void => {
  const config = JSON.parse(readFileSync(join(from, FILES[0]), 'utf8')) as { readonly peft_type?: string };
  if (config.peft_type === undefined)
    throw new BadInput(`adapter "${adapter.name}": PEFT has no such adapter; export it merged, where it can be merged`);
  for (const file of FILES) writeFileSync(join(to, file), readFileSync(join(from, file)));
};

/** The adapter with its update multiplied as the readout asks. */
const scaled = (adapter: Adapter, factor: (path: string) => number): Adapter => {
  const { delta } = adapter;
  if (!delta) return adapter;
  return {
    ...adapter,
    delta: (spec, params) => {
      const times = factor(spec.path);
      return times === 1 ? delta(spec, params) : delta(spec, params).map((x) => x * times);
    },
  };
};

/** The base model with the update in its weights, as a folder that transformers loads, and the head beside it. */
const writeMerged = async (
  from: string,
  config: RunConfig,
  { to, weights, readout, out }: ExportOptions,
): Promise<void> => {
  const context = { ...(weights === undefined ? {} : { weights }), cacheDir: join(out, 'cache', 'models') };
  const model = await models.build(config.model, context);
  if (!isSavable(model))
    throw new BadInput(`model "${model.name}" does not come as a checkpoint, so none can be written`);
  const adapter = adapters.build(config.adapter, model);
  const method = methods.build(config.dropout);
  const asked: Readout = readout ?? method.evaluate.readout;
  const file = join(from, FILES[1]);
  const bytes = readFileSync(file);
  const params = readPeft(adapter, bytes, file);
  const places = new Map(adapter.targets.map((spec) => [spec.path, spec]));
  const factor = (path: string) =>
    mergeFactor({ ...method, evaluate: { readout: asked } }, places.get(path)!, model.layers);
  const base = await model.weights();
  const merged: HostParams = merge(scaled(adapter, factor), base, params);
  const extra = Object.keys(merged).find((name) => !(name in base));
  if (extra !== undefined)
    throw new BadInput(
      `adapter "${config.adapter.name}": ${extra} is trained, but a checkpoint of ${model.name} has no place for it`,
    );
  await model.save(to, merged);
  const head = Object.entries(readSafetensors(bytes).tensors).filter(([name]) => name.includes('.classifier.'));
  if (head.length > 0)
    writeFileSync(
      join(to, 'head.safetensors'),
      writeSafetensors({
        tensors: Object.fromEntries(head.map(([name, array]) => [name.replace('base_model.model.', ''), array])),
        metadata: { format: 'pt' },
      }),
    );
};

/** `lab export`: the trained weights of a finished run in another program's format. */
export const exportRun = async (options: ExportOptions): Promise<void> => {
  const { out, run, format, to } = options;
  const record = readRecord(out, run);
  if (!record) throw new BadInput(`--run: ${runFolder(out, run)} holds no finished run; lab plan lists the ids`);
  const from = join(runFolder(out, run), 'adapter');
  if (!existsSync(join(from, FILES[1])))
    throw new BadInput(`run ${run} (${record.result.status}) has no trained weights`);
  if (format === 'onnx')
    throw new BadInput(
      '--format onnx is not written yet: the compiled graphs keep weights as inputs; allowed: peft, merged',
    );
  makeFolder(to);
  if (format === 'peft') writePeft(from, to, record.config);
  else await writeMerged(from, record.config, options);
  console.log(`Written: ${to}`);
};
