import { type ReportArm, armAt, bySeed, cellsOf, levels, paired, points } from '../study/arms/arm.ts';
import { mainMetric, type Metric } from '../study/scores/metric.ts';
import { sizesOf } from '../study/run.ts';
import type { Cell } from '../study/study.ts';
import { slopes } from '../stats/tests/trend.ts';
import type { ClaimTest } from './claim.ts';
import type { ClaimPart, PeakSplit, SweepRows } from './decide.ts';

/**
 * What the runs hold about a claim: numbers by seed, turned so that positive speaks for the claim.
 */
export interface Evidence {
  readonly metric: Metric;
  /** One for each comparison; for a peak: empty. */
  readonly parts: readonly ClaimPart[];
  /** For a peak: the seeds that choose it and the seeds that test it, with the settings. */
  readonly peak: (PeakSplit & { readonly at: readonly number[] }) | null;
  /** How the numbers came about, for the sentence. */
  readonly detail: string;
}

const turn = (metric: Metric): number => (metric.better === 'higher' ? 1 : -1);

/**
 * Differences between two arms, one for each seed, averaged over tasks; positive where `arm` is
 * better.
 */
export const gains = (cells: readonly Cell[], arm: ReportArm, than: ReportArm, metric: string): number[] => {
  const sign = turn(mainMetric(cells, metric));
  return bySeed(paired(points(cells, arm, metric), points(cells, than, metric))).map((p) => sign * p.value);
};

/** An arm along an axis of numbers. */
export interface SweepAsked {
  readonly arm: ReportArm;
  readonly x: string;
  readonly metric: string;
}

/** The arm at every setting of an axis of numbers, in rising order. */
const settingsOf = (
  cells: readonly Cell[],
  { arm, x }: Pick<SweepAsked, 'arm' | 'x'>,
): readonly { readonly at: number; readonly arm: ReportArm }[] => {
  const mine = cellsOf(cells, arm);
  if (x === 'M') return sizesOf(mine).map((at) => ({ at, arm: { ...arm, readout: 'ensemble', members: at } }));
  const at = levels(mine, x).filter((v): v is number => typeof v === 'number');
  return at.map((v) => ({ at: v, arm: { ...armAt(arm, x, v), name: `${arm.name}, ${x} = ${v}` } }));
};

/** Every arm whose numbers a claim's test uses. */
export const armsOfTest = (cells: readonly Cell[], test: ClaimTest): readonly ReportArm[] => {
  if (test.kind === 'rising' || test.kind === 'inverted-u') return settingsOf(cells, test).map(({ arm }) => arm);
  return [test.arm, ...(test.kind === 'no-gain' ? [test.than] : test.than)];
};

/** Seeds x settings, on seeds that have every setting; scores averaged over tasks. Seeds rise. */
const sweepOf = (
  cells: readonly Cell[],
  { arm, x, metric }: SweepAsked,
): { readonly at: readonly number[]; readonly rows: SweepRows } => {
  const settings = settingsOf(cells, { arm, x });
  const at = settings.map((setting) => setting.at);
  const columns = settings.map(
    (setting) => new Map(bySeed(points(cells, setting.arm, metric)).map((p) => [p.seed, p.value])),
  );
  const seeds = [...(columns[0]?.keys() ?? [])].sort((a, b) => a - b);
  const rows = seeds.flatMap((seed) => {
    const row = columns.flatMap((column) => column.get(seed) ?? []);
    return row.length === at.length ? [row] : [];
  });
  return { at, rows };
};

/** Of n seeds the first third, at least two, choose a peak; the others test it. */
export const peakSeeds = (n: number): number => Math.max(2, Math.ceil(n / 3));

/**
 * The numbers by seed that decide a claim. `firstLook`: seeds at the first of several looks, so
 * that the seeds that choose a peak are the same at every look. Pure.
 */
export const evidenceOf = (cells: readonly Cell[], test: ClaimTest, firstLook?: number): Evidence => {
  const metric = mainMetric(cells, test.metric);
  switch (test.kind) {
    case 'better':
    case 'worse': {
      const sign = test.kind === 'better' ? 1 : -1;
      const parts = test.than.map((other) => ({
        name: `${test.arm.name} against ${other.name}`,
        values: gains(cells, test.arm, other, test.metric).map((v) => sign * v),
      }));
      return { metric, parts, peak: null, detail: '' };
    }
    case 'no-gain': {
      const values = gains(cells, test.arm, test.than, test.metric);
      return {
        metric,
        parts: [{ name: `${test.arm.name} against ${test.than.name}`, values }],
        peak: null,
        detail: '',
      };
    }
    case 'rising': {
      const { at, rows } = sweepOf(cells, test);
      const values = at.length < 2 ? [] : slopes(rows).map((v) => turn(metric) * v);
      const detail = `${test.x} = ${at.join(', ')}; effect for one step of the grid`;
      return { metric, parts: [{ name: `every setting of ${test.x}`, values }], peak: null, detail };
    }
    case 'inverted-u': {
      const { at, rows } = sweepOf(cells, test);
      const turned = rows.map((row) => row.map((v) => turn(metric) * v));
      const first = peakSeeds(firstLook ?? turned.length);
      const peak = { at, tuning: turned.slice(0, first), confirmation: turned.slice(first) };
      return { metric, parts: [], peak, detail: `${test.x} = ${at.join(', ')}` };
    }
  }
};
