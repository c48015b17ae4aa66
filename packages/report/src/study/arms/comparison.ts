import { fold, key } from '@lab/random';
import { describe, hodgesLehmann, type Summary } from '../../stats/describe.ts';
import { exampleShare, type ExampleShare } from '../../stats/tests/example-share.ts';
import type { Interval } from '../../stats/intervals/interval.ts';
import { seedExampleInterval } from '../../stats/intervals/seed-example.ts';
import { mcnemar, type SeedwiseMcNemar, seedwise } from '../../stats/tests/mcnemar.ts';
import { detectable, pairedTest, type PairedTest, seedInterval } from '../../stats/tests/paired-test.ts';
import { type ReportArm, bySeed, cellsOf, paired, pairName, points, readingOf, type Point } from './arm.ts';
import { outcomesOf, seedOf, taskOf } from '../run.ts';
import type { Outcomes } from '../scores/outcome.ts';
import type { Cell } from '../study.ts';

/** The fixed key of every resampling in a report: the same records give the same bytes. */
export const reportKey = fold(key(0), 'report');

/**
 * Two arms on the tasks and seeds they share. Differences are arm minus baseline, in stored units.
 */
export interface Comparison {
  readonly differences: readonly Point[];
  /** Over seeds, after averaging over tasks. */
  readonly summary: Summary | null;
  readonly interval: Interval | null;
  readonly shift: number;
  readonly test: PairedTest;
  /** Minimal detectable effect at 80 % power, stored units. */
  readonly detectable: number | null;
}

export const compareArms = (
  cells: readonly Cell[],
  arm: ReportArm,
  baseline: ReportArm,
  metric: string,
): Comparison => {
  const differences = paired(points(cells, arm, metric), points(cells, baseline, metric));
  const seeds = bySeed(differences).map((p) => p.value);
  const summary = describe(seeds);
  return {
    differences,
    summary,
    interval: seedInterval(seeds),
    shift: hodgesLehmann(seeds),
    test: pairedTest(seeds),
    detectable: detectable(seeds),
  };
};

type Pair = Pick<Point, 'task' | 'seed'>;

/**
 * The same comparison example by example: McNemar in each seed, and an interval over seeds and
 * examples.
 */
export interface ExampleComparison {
  readonly mcnemar: SeedwiseMcNemar;
  readonly interval: Interval | null;
  /** What the examples keep over seeds; null where seeds were tested on different examples. */
  readonly share: ExampleShare | null;
}

/** The share of examples where every seed has every example once. */
const sharedShare = (
  seeds: readonly { readonly id: readonly number[]; readonly value: readonly number[] }[],
  examples: number,
): ExampleShare | null => {
  const rows = seeds.map(({ id, value }) => {
    const row = new Float64Array(examples).fill(Number.NaN);
    id.forEach((place, i) => (row[place] = value[i] ?? Number.NaN));
    return row;
  });
  return rows.some((row) => row.includes(Number.NaN)) ? null : exampleShare(rows);
};

const outcomesBy = (
  cells: readonly Cell[],
  arm: ReportArm,
): Map<string, { readonly point: Pair; readonly own: Outcomes }> => {
  const outcomes = new Map<string, { readonly point: Pair; readonly own: Outcomes }>();
  for (const cell of cellsOf(cells, arm)) {
    const point = { task: taskOf(cell), seed: seedOf(cell) };
    const wanted = readingOf(cell, arm);
    if (outcomes.has(pairName(point)) || wanted === null || cell.record.result.status !== 'done') continue;
    const own = outcomesOf(cell, wanted);
    if (own) outcomes.set(pairName(point), { point, own });
  }
  return outcomes;
};

/**
 * Null where the two arms share no run with per-example outputs (regressions, missing readouts).
 */
export const compareExamples = (
  cells: readonly Cell[],
  arm: ReportArm,
  baseline: ReportArm,
): ExampleComparison | null => {
  const others = outcomesBy(cells, baseline);
  const numbers = new Map<string, number>();
  const numberOf = (id: string): number => {
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  };
  const tests: ReturnType<typeof mcnemar>[] = [];
  const seeds = new Map<number, { readonly id: number[]; readonly value: number[] }>();
  for (const [name, { point, own }] of outcomesBy(cells, arm)) {
    const other = others.get(name)?.own;
    if (!other) continue;
    const rightInOther = new Map(other.ids.map((id, i) => [id, other.correct[i] ?? 0]));
    const list = seeds.get(point.seed) ?? { id: [], value: [] };
    let [gained, lost] = [0, 0];
    own.ids.forEach((id, i) => {
      const right = rightInOther.get(id);
      if (right === undefined) return;
      const difference = (own.correct[i] ?? 0) - right;
      gained += difference > 0 ? 1 : 0;
      lost += difference < 0 ? 1 : 0;
      list.id.push(numberOf(`${point.task}\u0000${id}`));
      list.value.push(difference);
    });
    tests.push(mcnemar(gained, lost));
    seeds.set(point.seed, list);
  }
  if (tests.length === 0) return null;
  const rows = [...seeds.values()];
  return {
    mcnemar: seedwise(tests),
    interval: seedExampleInterval(rows, numbers.size),
    share: sharedShare(rows, numbers.size),
  };
};
