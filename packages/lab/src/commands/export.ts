import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prunedLoraFiles } from '@lab/adapter';
import { BadInput, makeFolder, type RunConfig } from '@lab/records';
import { writeMerged } from '../export-merged.ts';
import { writeOnnx } from '../export-onnx.ts';
import { ADAPTER_FILES, openTrained, trainedFolder, type Single, type Trained } from '../trained.ts';

export interface ExportOptions {
  readonly out: string;
  readonly run: string;
  readonly format: 'peft' | 'lora' | 'merged' | 'onnx';
  readonly to: string;
  readonly readout?: Single;
  readonly weights?: string;
  readonly batch: number;
  readonly tokens?: number;
}

/** The stored adapter files, copied as they are, if PEFT knows the adapter. */
const writePeft = (from: string, to: string, { adapter }: RunConfig): void => {
  const config = JSON.parse(readFileSync(join(from, ADAPTER_FILES[0]), 'utf8')) as { readonly peft_type?: string };
  if (config.peft_type === undefined)
    throw new BadInput(
      `adapter "${adapter.name}": PEFT has no such adapter; export it merged, or as LoRA where it prunes ranks (--format lora)`,
    );
  for (const file of ADAPTER_FILES) writeFileSync(join(to, file), readFileSync(join(from, file)));
};

/** The ranks that remain, as a LoRA that PEFT loads. */
const writeLora = (to: string, { blueprint: { model, adapter }, params }: Trained): void => {
  for (const [file, content] of Object.entries(prunedLoraFiles(model, adapter, params)))
    writeFileSync(join(to, file), content);
};

/** `lab export`: the trained weights of a finished run in another program's format. */
export const exportRun = async (options: ExportOptions): Promise<void> => {
  const { format, to } = options;
  const { from, config } = trainedFolder(options.out, options.run);
  makeFolder(to);
  if (format === 'peft') writePeft(from, to, config);
  else {
    const trained = await openTrained(from, config, options);
    if (format === 'merged') await writeMerged(trained, config, options);
    else if (format === 'lora') writeLora(to, trained);
    else console.log(await writeOnnx(trained, config, options));
  }
  console.log(`Written: ${to}`);
};
