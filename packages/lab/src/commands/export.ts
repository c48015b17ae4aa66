import { join } from 'node:path';
import { BadInput, makeFolder, readPredictions, type RunConfig, type RunRecord, writeWhole } from '@lab/records';
import { estimatedAdapter, openPreparer } from '@lab/runner';
import { openBest } from '@lab/engine';
import { given } from '../compose/plan/given.ts';
import { modelCard } from '../export/card.ts';
import { writeMerged } from '../export/merged.ts';
import { writeOnnx } from '../export/onnx.ts';
import { writeLora, writePeft } from '../export/peft.ts';
import { writeTables } from '../export/table/index.ts';
import { openTrained, singleReadout, trainedFolder, type Single, type FinishedRun } from '../export/trained.ts';

export interface ExportOptions {
  readonly out: string;
  readonly run?: string;
  readonly format: 'peft' | 'lora' | 'merged' | 'onnx' | 'table';
  readonly to: string;
  readonly readout?: Single;
  readonly weights?: string;
  readonly batch: number;
  readonly tokens?: number;
  /** Merges by an estimate what no matrix holds exactly, and says how far it is off. */
  readonly estimate?: boolean;
  readonly dataDir?: string;
  /** table: a report folder, whose runs have the labels of their arms. */
  readonly report?: string;
  /** table: outputs by example too. */
  readonly examples?: boolean;
}

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

/**
 * Writes the weights in the format that is asked for. Returns how they are opened, in a sentence.
 */
const written = async (
  trained: FinishedRun,
  config: RunConfig,
  options: ExportOptions & { readonly run: string },
): Promise<string> => {
  const { format, to, estimate = false } = options;
  if (format === 'peft') return `Load it onto: ${await writePeft(trained, config, to)}.`;
  if (format === 'lora')
    return `A LoRA of the ranks that remain; load it onto: ${await writeLora(trained, config, to)}.`;
  if (format === 'onnx') return `${await writeOnnx(trained, config, options)}.`;
  await writeMerged(estimate ? await estimated(trained, config, options) : trained, config, options);
  return 'A checkpoint of transformers with the update merged into its weights.';
};

/**
 * The weights of an adapter alone are read deterministically; others as asked, else as the run
 * was.
 */
const writeCard = (
  trained: FinishedRun,
  record: RunRecord,
  { format, to, out, run, readout, loading }: ExportOptions & { readonly run: string; readonly loading: string },
): void => {
  const isAdapter = format === 'peft' || format === 'lora';
  const card = modelCard({
    record,
    task: trained.blueprint.task,
    predictions: readPredictions(out, run),
    readout: isAdapter ? 'deterministic' : singleReadout(trained, record.config.dropout.name, readout),
    loading,
    library: isAdapter ? 'peft' : format === 'onnx' ? 'onnx' : 'transformers',
  });
  writeWhole(join(to, 'README.md'), card);
};

/** `lab export`: the trained weights of a finished run in another program's format. */
export const exportRun = async (options: ExportOptions): Promise<void> => {
  const { format, to, run, examples = false } = options;
  if (format === 'table') return console.log(`${writeTables({ ...options, examples })}\nWritten: ${to}`);
  if (run === undefined) throw new BadInput(`--format ${format} needs --run, the id of a finished run`);
  const { from, config, record } = trainedFolder(options.out, run);
  makeFolder(to);
  const trained = await openTrained(from, config, options);
  const [merged] = trained.joined;
  if (merged !== undefined && (format === 'peft' || format === 'lora'))
    throw new BadInput(
      `run ${run} was trained on weights with another update merged in (${merged}), which ` +
        `--format ${format} does not hold; allowed: merged, onnx`,
    );
  const loading = await written(trained, config, { ...options, run });
  writeCard(trained, record, { ...options, run, loading });
  console.log(`${loading}\nWritten: ${to}`);
};
