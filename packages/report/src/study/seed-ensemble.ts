import type { Prediction } from '@lab/records';
import { type Arm, cellsOf, readingOf } from './arm.ts';
import { logProbabilities, predictedValue } from './outcome.ts';
import { type Reading, seedOf, taskOf } from './run.ts';
import { type Cell, force } from './study.ts';

/** Test rows of one data set whose members are the outputs of different seeds' runs. */
export interface SeedMembers {
  readonly task: string;
  /** The task's main metric. */
  readonly metric: string;
  /** Rising; members[k] of every row belongs to seeds[k]. */
  readonly seeds: readonly number[];
  readonly rows: readonly Prediction[];
}

/** What can be averaged over seeds, and one sentence for each data set where nothing can. */
export interface SeedEnsembles {
  readonly members: readonly SeedMembers[];
  readonly refused: readonly string[];
}

/** ln probabilities, so that averaging them is averaging logits; of a regression the value. Null where the run lacks the readout. */
const outputOf = (row: Prediction, { readout, members }: Reading): readonly number[] | null => {
  if (row.texts !== undefined) return null;
  if (row.deterministic.length > 1) return logProbabilities(row, readout, members);
  const value = predictedValue(row, readout, members);
  return value === null ? null : [value];
};

interface SeedRun {
  readonly seed: number;
  readonly rows: ReadonlyMap<string, { readonly label: number; readonly output: readonly number[] | null }>;
}

const seedRun = (cell: Cell, arm: Arm): SeedRun => {
  const reading = readingOf(cell, arm);
  const rows = force(cell.predictions).map(
    (row) => [row.id, { label: row.label, output: reading && outputOf(row, reading) }] as const,
  );
  return { seed: seedOf(cell), rows: new Map(rows) };
};

/** Why runs of one data set cannot be members of one ensemble; undefined where they can. */
const refusal = (task: string, arm: Arm, runs: readonly SeedRun[]): string | undefined => {
  const twice = runs.find(({ seed }, i) => runs.findIndex((other) => other.seed === seed) < i);
  if (twice)
    return `${task}: ${arm.name} has several runs of seed ${twice.seed}; an ensemble over seeds takes one of each`;
  const [first, ...others] = runs;
  if (!first) return undefined;
  for (const { seed, rows } of others) {
    const same = [...rows].filter(([id, { label }]) => first.rows.get(id)?.label === label).length;
    if (same === rows.size && same === first.rows.size) continue;
    return `${task}: the test examples of seeds ${first.seed} and ${seed} are not the same (${same} of ${first.rows.size} shared), so their outputs cannot be averaged; a data set whose test split does not follow the seed can (GLUE files, hypernym, or files of your own with a test file)`;
  }
  const without = runs.find(({ rows }) => rows.size === 0 || [...rows.values()].some(({ output }) => output === null));
  return without && `${task}: ${arm.name}, seed ${without.seed}, stores no outputs that can be averaged`;
};

const combine = (runs: readonly SeedRun[]): readonly Prediction[] =>
  [...runs[0]!.rows].map(([id, { label, output }]) => ({
    id,
    label,
    deterministic: output!,
    members: runs.map(({ rows }) => rows.get(id)!.output!),
  }));

/** The runs of an arm as members of one ensemble for each data set (Lakshminarayanan et al. 2017), examples matched by id. */
export const seedEnsembles = (cells: readonly Cell[], arm: Arm): SeedEnsembles => {
  const done = cellsOf(cells, arm).filter(({ record }) => record.result.status === 'done');
  const found = [...new Set(done.map(taskOf))].map((task) => {
    const own = done.filter((cell) => taskOf(cell) === task);
    const runs = own.map((cell) => seedRun(cell, arm)).sort((a, b) => a.seed - b.seed);
    const refused = refusal(task, arm, runs);
    if (refused !== undefined) return { members: [], refused: [refused] };
    const { metric } = own[0]!.record.result;
    return {
      members: [{ task, metric, seeds: runs.map(({ seed }) => seed), rows: combine(runs) }],
      refused: [],
    };
  });
  return { members: found.flatMap(({ members }) => members), refused: found.flatMap(({ refused }) => refused) };
};
