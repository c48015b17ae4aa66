import { type Arm, armAt, bySeed, cellsOf, levels, paired, points } from '../study/arm.ts';
import { sizesOf } from '../study/run.ts';
import { mainMetric, type Metric, unitAfter } from '../study/metric.ts';
import type { Cell } from '../study/study.ts';
import type { ClaimTest, DifferenceTest, HumpTest, NoGainTest, RisingTest } from './claim.ts';
import { describe, mean, sd } from '../stats/describe.ts';
import { holm } from '../stats/holm.ts';
import { detectable, studentBelow } from '../stats/power.ts';
import { signFlip } from '../stats/sign-flip.ts';
import { hump, rising, type Sweep } from '../stats/trend.ts';

/**
 * What a claim's test found, before correction for many claims. Effects are turned so that positive
 * speaks for the claim.
 */
export interface Finding {
  readonly metric: Metric;
  readonly test: string;
  /** Pairs (seeds). */
  readonly n: number;
  /** False where the exact test cannot reject at this n. */
  readonly able: boolean;
  /** Smallest effect over the parts of the claim; null without data. */
  readonly effect: number | null;
  /** All parts point the claimed way. */
  readonly agrees: boolean;
  /**
   * Evidence in the direction of `agrees`: for the claim (the largest p of its parts), else against
   * it (the smallest, by Holm).
   */
  readonly p: number | null;
  readonly detectable: number | null;
  /** More for the sentence: where the peak is, which arm was nearest. */
  readonly detail: string;
}

const nothing = (metric: Metric, test: string, detail: string): Finding => ({
  metric,
  test,
  n: 0,
  able: false,
  effect: null,
  agrees: false,
  p: null,
  detectable: null,
  detail,
});

const combine = (
  metric: Metric,
  test: string,
  parts: readonly { readonly name: string; readonly values: readonly number[] }[],
): Finding => {
  const empty = parts.find((part) => part.values.length === 0);
  if (empty || parts.length === 0) return nothing(metric, test, `no runs to pair: ${empty?.name ?? 'none named'}`);
  const measured = parts.map(({ name, values }) => {
    const flip = signFlip(values);
    return { name, values, mean: mean(values), p: flip.p ?? 1, able: flip.able };
  });
  const worst = measured.reduce((a, b) => (b.mean < a.mean ? b : a));
  const agrees = worst.mean > 0;
  const against = holm(measured.map(({ p }) => p)).flatMap((p, i) =>
    p !== null && (measured[i]?.mean ?? 0) <= 0 ? [p] : [],
  );
  return {
    metric,
    test,
    n: Math.min(...measured.map(({ values }) => values.length)),
    able: measured.every(({ able }) => able),
    effect: worst.mean,
    agrees,
    p: agrees ? Math.max(...measured.map(({ p }) => p)) : Math.min(...against),
    detectable: detectable(worst.values.length > 1 ? sd(worst.values) : null, worst.values.length),
    detail: parts.length > 1 ? `nearest: ${worst.name}` : '',
  };
};

const turn = (metric: Metric): number => (metric.better === 'higher' ? 1 : -1);

const difference = (cells: readonly Cell[], t: DifferenceTest): Finding => {
  const metric = mainMetric(cells, t.metric);
  const sign = turn(metric) * (t.kind === 'better' ? 1 : -1);
  const mine = points(cells, t.arm, t.metric);
  return combine(
    metric,
    'paired sign-flip over seeds',
    t.than.map((other) => ({
      name: `${t.arm.name} against ${other.name}`,
      values: bySeed(paired(mine, points(cells, other, t.metric))).map((p) => sign * p.value),
    })),
  );
};

/** Seeds x settings, on seeds that have every setting; scores averaged over tasks. */
export const sweepOf = (
  cells: readonly Cell[],
  arm: Arm,
  x: string,
  metric: string,
): { readonly at: number[]; readonly sweep: Sweep } => {
  const mine = cellsOf(cells, arm);
  const at = x === 'M' ? sizesOf(mine) : levels(mine, x).filter((v): v is number => typeof v === 'number');
  const columns = at.map((v) => {
    const here: Arm = x === 'M' ? { ...arm, readout: 'ensemble', members: v } : armAt(arm, x, v);
    return new Map(bySeed(points(cells, here, metric)).map((p) => [p.seed, p.value]));
  });
  const seeds = [...(columns[0]?.keys() ?? [])].filter((seed) => columns.every((c) => c.has(seed)));
  return { at, sweep: seeds.map((seed) => columns.flatMap((c) => c.get(seed) ?? [])) };
};

const turned = (sweep: Sweep, sign: number): Sweep => sweep.map((row) => row.map((v) => sign * v));

const trend = (cells: readonly Cell[], t: RisingTest): Finding => {
  const metric = mainMetric(cells, t.metric);
  const name = 'sign-flip over seeds of the slope along the settings';
  const { at, sweep } = sweepOf(cells, t.arm, t.x, t.metric);
  if (sweep.length === 0 || at.length < 2) return nothing(metric, name, `no seeds with every setting of ${t.x}`);
  const slope = rising(turned(sweep, turn(metric)));
  return {
    metric,
    test: name,
    n: slope.values.length,
    able: slope.test.able,
    effect: slope.effect,
    agrees: slope.effect > 0,
    p: slope.test.p,
    detectable: detectable(slope.values.length > 1 ? sd(slope.values) : null, slope.values.length),
    detail: `${t.x} = ${at.join(', ')}; effect for one step of the grid`,
  };
};

const invertedU = (cells: readonly Cell[], t: HumpTest): Finding => {
  const metric = mainMetric(cells, t.metric);
  const name = 'sign-flip over seeds of the held-out peak against both ends';
  const { at, sweep } = sweepOf(cells, t.arm, t.x, t.metric);
  const humped = hump(turned(sweep, turn(metric)));
  if (humped === null) return nothing(metric, name, `needs two seeds with at least three settings of ${t.x}`);
  const both = combine(metric, name, [
    { name: 'rise', values: humped.rise.values },
    { name: 'fall', values: humped.fall.values },
  ]);
  return {
    ...both,
    detail:
      `peak at ${t.x} = ${at[humped.peak]} of ` +
      `${at.join(', ')}${both.agrees ? '' : `; no ${both.detail.replace('nearest: ', '')}`}`,
  };
};

const noGain = (cells: readonly Cell[], t: NoGainTest): Finding => {
  const metric = mainMetric(cells, t.metric);
  const name =
    'one-sided t against a margin of ' + `${(t.margin * metric.scale).toFixed(metric.digits)}${unitAfter(metric)}`;
  const values = bySeed(paired(points(cells, t.arm, t.metric), points(cells, t.than, t.metric))).map(
    (p) => turn(metric) * p.value,
  );
  const s = describe(values);
  if (s?.se == null) return nothing(metric, name, 'needs at least two pairs');
  const gain = signFlip(values);
  const below = studentBelow(s.mean, s.se, s.n, t.margin);
  // A gain that is there (and not within the margin) speaks against; otherwise the question is
  // whether it is small enough.
  const against = s.mean > 0 && (gain.p ?? 1) < below;
  return {
    metric,
    test: name,
    n: s.n,
    able: gain.able,
    effect: t.margin - s.mean,
    agrees: !against,
    p: against ? gain.p : below,
    detectable: detectable(s.sd, s.n),
    detail: `gain ${(s.mean * metric.scale).toFixed(metric.digits)}`,
  };
};

/** Runs the test of a claim on the cells. Pure. */
export const measureClaim = (cells: readonly Cell[], t: ClaimTest): Finding => {
  switch (t.kind) {
    case 'better':
    case 'worse':
      return difference(cells, t);
    case 'rising':
      return trend(cells, t);
    case 'inverted-u':
      return invertedU(cells, t);
    case 'no-gain':
      return noGain(cells, t);
  }
};
