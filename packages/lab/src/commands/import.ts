import { join } from 'node:path';
import { importFolder, readRecord, writeWhole, type Evaluation, type Named } from '@lab/records';
import {
  overlay,
  parseOverride,
  planExperiment,
  type ConfigPatch,
  type Experiment,
  type ExperimentRun,
} from '@lab/runner';
import { conclude, trainAll, type TrainOptions } from '../compose/train/train.ts';
import { adopt, type Adopted } from '../import/adopt.ts';
import { readPeftFolder } from '../import/folder.ts';
import { studyFile } from '../import/study.ts';
import { printJson } from '../terminal/print.ts';

export interface ImportOptions extends TrainOptions {
  readonly dataset: string;
  readonly set: readonly string[];
  readonly model: string;
  readonly json: boolean;
}

/**
 * The experiment of one arm that tests an adapter as it is, at the dropout that it was trained
 * with.
 */
const experimentOf = ({ name, summary: _summary, ...parts }: Adopted, dropout: number, dataset: string): Experiment => {
  const method = dropout > 0 ? { name: 'lora-input', p: dropout } : { name: 'none' };
  const base = {
    dataset: { name: dataset },
    ...parts,
    dropout: method,
    train: { epochs: 0 },
    from: { peft: name },
  };
  const scale = { summary: '', base: base as unknown as ConfigPatch, arms: [{ labels: {}, config: {} }], seeds: [0] };
  return { name: 'import', title: '', question: '', scales: { whole: scale }, report: null };
};

const line = ({ split, readout, members, metrics }: Evaluation): string => {
  const values = Object.entries(metrics).map(([name, value]) => `${name} ${value === null ? '-' : value.toFixed(4)}`);
  return `  ${[split, readout, ...(members > 1 ? [`of ${members}`] : [])].join(' ')}: ${values.join(', ')}`;
};

const resultsOf = (out: string, runs: readonly ExperimentRun[]) =>
  runs.flatMap(({ id }) => {
    const record = readRecord(out, id);
    return record ? [{ id, evaluations: record.result.evaluations.filter(({ split }) => split === 'test') }] : [];
  });

/**
 * `lab import`: an adapter of PEFT becomes a finished run that was not trained here, tested by
 * every readout of its method.
 */
export const importAdapter = async (folder: string, options: ImportOptions): Promise<void> => {
  const { out, dataset, set, json } = options;
  const source = readPeftFolder(folder);
  const over = set.map(parseOverride).reduce(overlay, {});
  const model = { name: options.model, ...(over['model'] as object | undefined) } as Named;
  const adopted = await adopt(source, model, options);
  const runs = planExperiment(experimentOf(adopted, source.dropout, dataset), 'whole', set);
  const study = join(importFolder(out, adopted.name), 'study.json');
  writeWhole(study, studyFile(adopted, runs));
  if (!json) console.log(`Read ${folder}: ${adopted.summary}\nKept as ${importFolder(out, adopted.name)}`);
  process.exitCode = conclude(await trainAll(runs, options));
  const results = resultsOf(out, runs);
  if (json) return printJson({ imported: adopted.name, study, runs: results });
  for (const { id, evaluations } of results) console.log([`Run ${id}`, ...evaluations.map(line)].join('\n'));
  console.log(`Rates and readouts, compared: lab run ${study} --scale test, with the same --weights and --data-dir`);
};
