import { join } from 'node:path';
import { BadInput, isDone, listFolder, makeFolder, readPredictions, readRecord, writeWhole } from '@lab/records';
import { force, readArchive } from '@lab/report';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { csvOf, dictionaryOf, type DataColumn } from './columns.ts';
import { exampleTable } from './examples.ts';
import { scoreTable, type LabelledRun } from './runs.ts';

export interface TableOptions {
  readonly out: string;
  readonly to: string;
  /** One run alone. */
  readonly run?: string;
  /** A report folder; its archive has the runs with the labels of their arms. */
  readonly report?: string;
  /** Whether outputs by example are written too. */
  readonly examples: boolean;
}

interface ReadRun extends LabelledRun {
  readonly predictions: () => ReturnType<typeof readPredictions>;
}

const stored = (out: string, id: string): readonly ReadRun[] => {
  const record = readRecord(out, id);
  return record ? [{ record, labels: {}, predictions: () => readPredictions(out, id) }] : [];
};

/** The runs that are asked for. Throws `BadInput` where there is none. */
const runsFor = ({ out, run, report }: TableOptions): readonly ReadRun[] => {
  if (report !== undefined) {
    const study = readArchive(report);
    if (!study) throw new BadInput(`--report: ${report} holds no archive of runs; lab report writes one`);
    return study.cells.map(({ record, labels, predictions }) => ({
      record,
      labels,
      predictions: () => force(predictions),
    }));
  }
  const ids =
    run === undefined
      ? listFolder(join(out, 'runs'))
          .filter((id) => isDone(out, id))
          .sort()
      : [run];
  const runs = ids.flatMap((id) => stored(out, id));
  if (runs.length > 0) return runs;
  throw new BadInput(run === undefined ? `${out} holds no finished run` : `--run: ${run} is no finished run of ${out}`);
};

const parquetOf = (columns: readonly DataColumn[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ name, type, values }) => ({ name, type, data: [...values], nullable: true })),
    }),
  );

/**
 * Records as tables for pandas, R and DuckDB: `scores` (a row for a run, a readout and a metric)
 * and, where asked for, `examples`, each as Parquet and CSV; `dictionary.csv` says what the columns
 * mean.
 * Returns what a user is told.
 */
export const writeTables = (options: TableOptions): string => {
  const { to, examples } = options;
  const runs = runsFor(options);
  const outputs = () => runs.map(({ record, predictions }) => ({ id: record.result.id, predictions: predictions() }));
  const tables: { readonly [name: string]: readonly DataColumn[] } = {
    scores: scoreTable(runs),
    ...(examples ? { examples: exampleTable(outputs()) } : {}),
  };
  makeFolder(to);
  for (const [name, columns] of Object.entries(tables)) {
    writeWhole(join(to, `${name}.parquet`), parquetOf(columns));
    writeWhole(join(to, `${name}.csv`), csvOf(columns));
  }
  writeWhole(join(to, 'dictionary.csv'), csvOf(dictionaryOf(tables)));
  const sizes = Object.entries(tables).map(([name, [first]]) => `${name}: ${first?.values.length ?? 0} rows`);
  return `${runs.length} runs; ${sizes.join('; ')}; dictionary.csv says what the columns mean`;
};
