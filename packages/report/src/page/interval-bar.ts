import type { Entry } from '../tables/table.ts';
import { h, type Html } from './html.ts';

/** The values that the bars of one column span, zero among them. */
export interface IntervalScale {
  readonly from: number;
  readonly to: number;
}

const [width, height] = [90, 10];

/** The scale of a column; null where it has no intervals. */
export const intervalScale = (entries: readonly (Entry | undefined)[]): IntervalScale | null => {
  const ends = entries.flatMap((entry) => (entry?.interval ? [entry.interval.low, entry.interval.high] : []));
  return ends.length === 0 ? null : { from: Math.min(0, ...ends), to: Math.max(0, ...ends) };
};

/** An entry's interval as a line with its mean, beside a line at zero; nothing without one. */
export const intervalBar = ({ interval, sort }: Entry, { from, to }: IntervalScale): Html | null => {
  if (!interval || to <= from) return null;
  const at = (value: number): string => (((value - from) / (to - from)) * (width - 6) + 3).toFixed(1);
  const middle = height / 2;
  const line = h`<line class="span" x1="${at(interval.low)}" x2="${at(interval.high)}" y1="${middle}" y2="${middle}"/>`;
  const zero = h`<line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="${height}"/>`;
  const mean = typeof sort === 'number' && h`<circle cx="${at(sort)}" cy="${middle}" r="2.5"/>`;
  const box = `0 0 ${width} ${height}`;
  const size = h`viewBox="${box}" width="${width}" height="${height}"`;
  return h` <svg class="bar" ${size} aria-hidden="true">${zero}${line}${mean}</svg>`;
};
