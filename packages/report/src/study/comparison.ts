import { fold, key } from '@lab/random';
import { describe, type Summary } from '../stats/describe.ts';
import { hierarchicalInterval } from '../stats/hierarchical.ts';
import { type Interval, seedInterval } from '../stats/interval.ts';
import { mcnemar, type SeedwiseMcNemar, seedwise } from '../stats/mcnemar.ts';
import { detectable } from '../stats/power.ts';
import { hodgesLehmann, signFlip, type SignFlip } from '../stats/sign-flip.ts';
import { type Arm, bySeed, byTask, cellsOf, paired, points, readingOf, type Point } from './arm.ts';
import { outcomesOf, seedOf, taskOf } from './run.ts';
import type { Outcomes } from './outcome.ts';
import type { Cell } from './study.ts';

/** The fixed key of every resampling in a report: the same records give the same bytes. */
export const reportKey = fold(key(0), 'report');

/** Two arms on the tasks and seeds they share. Differences are arm minus baseline, in stored units. */
export interface Comparison {
  readonly differences: readonly Point[];
  /** Over seeds, after averaging over tasks. */
  readonly summary: Summary | null;
  readonly interval: Interval | null;
  readonly shift: number;
  readonly test: SignFlip;
  /** Minimal detectable effect at 80 % power, stored units. */
  readonly detectable: number | null;
}

export const compareArms = (cells: readonly Cell[], arm: Arm, baseline: Arm, metric: string): Comparison => {
  const differences = paired(points(cells, arm, metric), points(cells, baseline, metric));
  const seeds = bySeed(differences).map((p) => p.value);
  const summary = describe(seeds);
  const strata = [...byTask(differences).values()].map((list) => list.map((p) => p.value));
  return {
    differences,
    summary,
    interval: seedInterval(strata, fold(fold(reportKey, 'difference'), `${arm.name}|${metric}`)),
    shift: hodgesLehmann(seeds),
    test: signFlip(seeds),
    detectable: detectable(summary?.sd ?? null, seeds.length),
  };
};

/** The same comparison example by example: McNemar in each seed, and an interval over seeds and examples. */
export interface ExampleComparison {
  readonly mcnemar: SeedwiseMcNemar;
  readonly interval: Interval | null;
}

type PerExample = 'correct' | 'nll' | 'brier';

const outcomesBy = (cells: readonly Cell[], arm: Arm): Map<string, Outcomes> => {
  const found = new Map<string, Outcomes>();
  for (const cell of cellsOf(cells, arm)) {
    const at = `${taskOf(cell)}\u0000${seedOf(cell)}`;
    const r = readingOf(cell, arm);
    const o = found.has(at) || r === null || cell.record.result.status !== 'done' ? null : outcomesOf(cell, r);
    if (o) found.set(at, o);
  }
  return found;
};

/** Null where the two arms share no run with per-example outputs (regressions, missing readouts). */
export const compareExamples = (
  cells: readonly Cell[],
  arm: Arm,
  baseline: Arm,
  what: PerExample = 'correct',
): ExampleComparison | null => {
  const mine = outcomesBy(cells, arm);
  const other = outcomesBy(cells, baseline);
  const ids = new Map<string, number>();
  const number = (id: string): number => {
    if (!ids.has(id)) ids.set(id, ids.size);
    return ids.get(id)!;
  };
  const tests: ReturnType<typeof mcnemar>[] = [];
  const seeds = new Map<number, { id: number[]; value: number[] }>();
  for (const [at, a] of mine) {
    const b = other.get(at);
    if (!b) continue;
    const [task, seed] = at.split('\u0000') as [string, string];
    const place = new Map(b.ids.map((id, i) => [id, i]));
    const list = seeds.get(Number(seed)) ?? { id: [], value: [] };
    let gained = 0;
    let lost = 0;
    a.ids.forEach((id, i) => {
      const j = place.get(id);
      if (j === undefined) return;
      gained += a.correct[i]! > b.correct[j]! ? 1 : 0;
      lost += a.correct[i]! < b.correct[j]! ? 1 : 0;
      list.id.push(number(`${task}\u0000${id}`));
      list.value.push(a[what][i]! - b[what][j]!);
    });
    tests.push(mcnemar(gained, lost));
    seeds.set(Number(seed), list);
  }
  if (tests.length === 0) return null;
  const stream = fold(fold(reportKey, 'examples'), `${arm.name}|${what}`);
  return { mcnemar: seedwise(tests), interval: hierarchicalInterval([...seeds.values()], ids.size, stream) };
};
