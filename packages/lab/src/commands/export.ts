import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainLoraFiles } from '@lab/adapter';
import { BadInput, makeFolder, type RunConfig } from '@lab/records';
import { estimatedAdapter, openPreparer } from '@lab/runner';
import { openBest } from '@lab/engine';
import { given } from '../compose/given.ts';
import { writeMerged } from '../export/merged.ts';
import { writeOnnx } from '../export/onnx.ts';
import { writePeft } from '../export/peft.ts';
import { openTrained, trainedFolder, type Single, type FinishedRun } from '../export/trained.ts';

export interface ExportOptions {
  readonly out: string;
  readonly run: string;
  readonly format: 'peft' | 'lora' | 'merged' | 'onnx';
  readonly to: string;
  readonly readout?: Single;
  readonly weights?: string;
  readonly batch: number;
  readonly tokens?: number;
  /** Merges by an estimate what no matrix holds exactly, and says how far it is off. */
  readonly estimate?: boolean;
  readonly dataDir?: string;
}

/** The ranks that remain, as a LoRA that PEFT loads. */
const writeLora = (to: string, { blueprint: { model, adapter }, params }: FinishedRun): void => {
  for (const [file, content] of Object.entries(plainLoraFiles(model, adapter, params)))
    writeFileSync(join(to, file), content);
};

/** The run with its adapter's update as a matrix by an estimate; says how far that is off. */
const estimated = async (trained: FinishedRun, config: RunConfig, options: ExportOptions): Promise<FinishedRun> => {
  const { weights, dataDir } = options;
  const sources = { cacheDir: join(options.out, 'cache'), ...given({ dataDir }) };
  const { rows } = await openPreparer({ sources, ...given({ weights }) }).prepare(config);
  const { engine } = await openBest('auto', { threads: 1 });
  try {
    const { blueprint, params } = trained;
    const { maxTokens } = config.train;
    const { adapter, error, texts } = await estimatedAdapter({
      engine,
      blueprint,
      params,
      rows: rows.train,
      maxTokens,
    });
    console.log(
      `Merged by an estimate from ${texts} training texts: the update is off by ${(100 * error).toFixed(1)} % ` +
        '(root mean square over all maps).',
    );
    return { ...trained, blueprint: { ...blueprint, adapter } };
  } finally {
    await engine.close();
  }
};

/** `lab export`: the trained weights of a finished run in another program's format. */
export const exportRun = async (options: ExportOptions): Promise<void> => {
  const { format, to } = options;
  const { from, config } = trainedFolder(options.out, options.run);
  makeFolder(to);
  const trained = await openTrained(from, config, options);
  const [merged] = trained.joined;
  if (merged !== undefined && (format === 'peft' || format === 'lora'))
    throw new BadInput(
      `run ${options.run} was trained on weights with another update merged in (${merged}), which ` +
        `--format ${format} does not hold; allowed: merged, onnx`,
    );
  if (format === 'peft') console.log(`Load it onto: ${await writePeft(trained, config, to)}`);
  else if (format === 'lora') writeLora(to, trained);
  else if (format === 'merged')
    await writeMerged(options.estimate ? await estimated(trained, config, options) : trained, config, options);
  else console.log(await writeOnnx(trained, config, options));
  console.log(`Written: ${to}`);
};
