import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainLoraFiles } from '@lab/adapter';
import { BadInput, makeFolder } from '@lab/records';
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
}

/** The ranks that remain, as a LoRA that PEFT loads. */
const writeLora = (to: string, { blueprint: { model, adapter }, params }: FinishedRun): void => {
  for (const [file, content] of Object.entries(plainLoraFiles(model, adapter, params)))
    writeFileSync(join(to, file), content);
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
  else if (format === 'merged') await writeMerged(trained, config, options);
  else console.log(await writeOnnx(trained, config, options));
  console.log(`Written: ${to}`);
};
