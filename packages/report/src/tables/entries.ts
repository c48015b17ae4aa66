import type { Comparison } from '../study/comparison.ts';
import { type Metric, pText, show } from '../study/metric.ts';
import type { Summary } from '../stats/describe.ts';
import type { Interval } from '../stats/interval.ts';
import { type Entry, text } from './table.ts';

const missing = text('n/a');

/** `83.24 ±0.51`: mean and standard deviation over seeds; the caption names the spread. */
export const meanEntry = (m: Metric, s: Summary | null): Entry =>
  s === null
    ? missing
    : {
        text: s.sd === null ? show(m, s.mean) : `${show(m, s.mean)} ±${show(m, s.sd)}`,
        sort: s.mean,
        raw: { mean: s.mean, sd: s.sd, n: s.n },
      };

/** `[+0.12, +1.90]` */
export const intervalText = (m: Metric, i: Interval | null): string =>
  i === null ? 'n/a' : `[${show(m, i.low, true)}, ${show(m, i.high, true)}]`;

/** `+1.01 [+0.12, +1.90]`: mean paired difference with its interval. */
export const differenceEntry = (m: Metric, c: Comparison): Entry =>
  c.summary === null
    ? missing
    : {
        text: c.interval
          ? `${show(m, c.summary.mean, true)} ${intervalText(m, c.interval)}`
          : show(m, c.summary.mean, true),
        sort: c.summary.mean,
        raw: {
          mean: c.summary.mean,
          low: c.interval?.low ?? null,
          high: c.interval?.high ?? null,
          kind: c.interval?.kind ?? null,
          pairs: c.summary.n,
        },
      };

export const pEntry = (p: number | null, able: boolean): Entry =>
  p === null ? missing : { text: pText(p, able), sort: p };

export const numberEntry = (m: Metric, value: number | null, signed = false): Entry =>
  value === null || !Number.isFinite(value) ? missing : { text: show(m, value, signed), sort: value };

/** Whether Holm over `rows` tests leaves the clearest result of an exact test below .05. */
export const ableAfterHolm = (floor: number, rows: number): boolean => floor * rows <= 0.05;

/** Explains the dagger for tests with n pairs in a family of `rows`. */
export const dagger = (n: number, rows: number): string => {
  const floor = 2 / 2 ** n;
  return floor > 0.05
    ? `†: cannot be significant at this n: with ${n} pairs an exact two-sided sign-flip test cannot go ` +
        `below p = ${floor.toFixed(4)}.`
    : `†: cannot be significant at this n: with ${n} pairs p cannot go below ${floor.toFixed(4)}, ` +
        `and Holm over ${rows} rows multiplies the smallest by ${rows}.`;
};
