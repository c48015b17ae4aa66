import type { Logits } from '@lab/metrics';
import { type ReportArm, cellsOf, readingOf } from './arm.ts';
import { groupBy } from '../group.ts';
import { storedOutputs } from '../scores/outcome.ts';
import { seedOf, taskOf } from '../run.ts';
import { type Cell, force } from '../study.ts';

/** Test outputs of one data set by the runs of different seeds, examples in one order. */
export interface SeedMembers {
  readonly task: string;
  /** The task's main metric. */
  readonly metric: string;
  /** Rising. */
  readonly seeds: readonly number[];
  readonly labels: readonly number[];
  /** One for each seed. */
  readonly outputs: readonly Logits[];
}

/** What can be averaged over seeds, and one sentence for each data set where nothing can. */
export interface SeedEnsembles {
  readonly members: readonly SeedMembers[];
  readonly refused: readonly string[];
}

/**
 * One seed's test rows by id; `output` is null in all of them where the run stores none that can be
 * averaged.
 */
interface SeedRun {
  readonly seed: number;
  readonly rows: ReadonlyMap<string, { readonly label: number; readonly output: readonly number[] | null }>;
}

const seedRun = (cell: Cell, arm: ReportArm): SeedRun => {
  const reading = readingOf(cell, arm);
  const rows = force(cell.predictions);
  const isText = rows.some(({ texts }) => texts !== undefined);
  const readable = reading && reading.readout !== 'single-members' ? { ...reading, readout: reading.readout } : null;
  const outputs = readable && !isText ? storedOutputs(rows, readable.readout, readable.members) : null;
  return {
    seed: seedOf(cell),
    rows: new Map(rows.map(({ id, label }, i) => [id, { label, output: outputs?.[i] ?? null }])),
  };
};

/** Why runs of one data set cannot be members of one ensemble; undefined where they can. */
const refusal = (task: string, arm: ReportArm, runs: readonly SeedRun[]): string | undefined => {
  const twice = runs.find(({ seed }, i) => runs.findIndex((other) => other.seed === seed) < i);
  if (twice)
    return `${task}: ${arm.name} has several runs of seed ${twice.seed}; an ensemble over seeds takes one of each`;
  const [first, ...others] = runs;
  if (!first) return undefined;
  for (const { seed, rows } of others) {
    const same = [...rows].filter(([id, { label }]) => first.rows.get(id)?.label === label).length;
    if (same === rows.size && same === first.rows.size) continue;
    return [
      `${task}: the test examples of seeds ${first.seed} and ${seed} are not the same`,
      ` (${same} of ${first.rows.size} shared), so their outputs cannot be averaged;`,
      ' a data set whose test split does not follow the seed can',
      ' (GLUE files, hypernym, or files of your own with a test file)',
    ].join('');
  }
  const without = runs.find(({ rows }) => rows.size === 0 || [...rows.values()].some(({ output }) => output === null));
  return without && `${task}: ${arm.name}, seed ${without.seed}, stores no outputs that can be averaged`;
};

/**
 * Labels and outputs in the first run's order; every run has every id, as `refusal` has seen to.
 */
const aligned = (runs: readonly SeedRun[]): Pick<SeedMembers, 'labels' | 'outputs'> => {
  const examples = [...(runs[0]?.rows ?? [])];
  return {
    labels: examples.map(([, { label }]) => label),
    outputs: runs.map(({ rows }) => examples.map(([id]) => rows.get(id)?.output ?? [])),
  };
};

/**
 * The runs of an arm as members of one ensemble for each data set (Lakshminarayanan et al. 2017),
 * examples matched by id.
 */
export const seedEnsembles = (cells: readonly Cell[], arm: ReportArm): SeedEnsembles => {
  const done = cellsOf(cells, arm).filter(({ record }) => record.result.status === 'done');
  const members: SeedMembers[] = [];
  const refused: string[] = [];
  for (const [task, own] of groupBy(done, taskOf)) {
    const runs = own.map((cell) => seedRun(cell, arm)).sort((a, b) => a.seed - b.seed);
    const why = refusal(task, arm, runs);
    const metric = own[0]?.record.result.metric ?? '';
    if (why === undefined) members.push({ task, metric, seeds: runs.map(({ seed }) => seed), ...aligned(runs) });
    else refused.push(why);
  }
  return { members, refused };
};
