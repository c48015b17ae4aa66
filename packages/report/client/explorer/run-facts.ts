import type { CurveRow, KnobValue, RunColumns } from '../../src/explorer/data.ts';

/** A name and what it says, for a table of two columns. */
export type RunFact = readonly [name: string, value: string];

const shownValue = (value: KnobValue | undefined): string => (value === undefined ? 'n/a' : String(value));

const wordAt = ({ words, index }: RunColumns['arm'], run: number): string => words[index[run] ?? -1] ?? 'n/a';

/** What came out of a run. */
export const resultFacts = (runs: RunColumns, run: number): readonly RunFact[] => {
  const reason = runs.reasons[String(run)];
  const status = wordAt(runs.status, run);
  return [
    ['arm', wordAt(runs.arm, run)],
    ['data set', wordAt(runs.task, run)],
    ['seed', String(runs.seed[run])],
    ['status', reason === undefined ? status : `${status}: ${reason}`],
    ['readout', wordAt(runs.readout, run)],
    ...runs.measures.map(({ title, values }): RunFact => [title, shownValue(values[run] ?? undefined)]),
    ['engine', wordAt(runs.engine, run)],
  ];
};

/** The settings of a run that differ between runs. */
export const ownSettings = (runs: RunColumns, run: number): readonly RunFact[] => [
  ['dataset.name', wordAt(runs.task, run)],
  ['seed', String(runs.seed[run])],
  ...runs.knobs.flatMap(({ path, values, index }): readonly RunFact[] => {
    const value = values[index[run] ?? -1];
    return value === undefined ? [] : [[path, shownValue(value)]];
  }),
];

/** The settings that all runs share. */
export const sharedSettings = ({ common }: RunColumns): readonly RunFact[] =>
  Object.entries(common).map(([path, value]) => [path, shownValue(value)]);

/** The command that makes one run again; null where the page does not know it. */
export const againCommand = ({ command, ids }: RunColumns, run: number): string | null =>
  command === null ? null : `${command} --only ${ids[run] ?? ''}`;

/** Epochs with their losses, for a table. */
export const curveTexts = (rows: readonly CurveRow[]): readonly (readonly string[])[] =>
  rows.map((row) => row.map((value) => (value === null ? 'n/a' : String(value))));
