import type { Comparison } from '../study/arms/comparison.ts';
import { type Metric, pText, show } from '../study/scores/metric.ts';
import type { Summary } from '../stats/describe.ts';
import type { Interval } from '../stats/intervals/interval.ts';
import { type TableEntry, text } from './table.ts';

const missing = text('n/a');

/** `83.24 ±0.51`: mean and standard deviation over seeds; the caption names the spread. */
export const meanEntry = (m: Metric, s: Summary | null): TableEntry =>
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
export const differenceEntry = (m: Metric, c: Comparison): TableEntry =>
  c.summary === null
    ? missing
    : {
        text: c.interval
          ? `${show(m, c.summary.mean, true)} ${intervalText(m, c.interval)}`
          : show(m, c.summary.mean, true),
        sort: c.summary.mean,
        ...(c.interval ? { interval: { low: c.interval.low, high: c.interval.high } } : {}),
        raw: {
          mean: c.summary.mean,
          low: c.interval?.low ?? null,
          high: c.interval?.high ?? null,
          kind: c.interval?.kind ?? null,
          pairs: c.summary.n,
        },
      };

export const pEntry = (p: number | null): TableEntry => (p === null ? missing : { text: pText(p), sort: p });

export const numberEntry = (m: Metric, value: number | null, signed = false): TableEntry =>
  value === null || !Number.isFinite(value) ? missing : { text: show(m, value, signed), sort: value };

/** What the p of a paired comparison is, for the notes of a table. */
export const testNote =
  'p: paired t over seeds, guarded against skewness, two-sided; n/a below 6 seeds. ' +
  'It is below .05 where the 95 % interval leaves zero out.';
