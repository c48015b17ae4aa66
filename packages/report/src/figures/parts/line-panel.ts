import type { Metric } from '../../study/scores/metric.ts';

/** A setting of one series: x, centre and span in printed units. */
export interface LinePoint {
  readonly series: string;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/** A horizontal line across the panel. */
export interface Reference {
  readonly series: string;
  readonly mean: number;
}

export interface LinePanel {
  readonly points: readonly LinePoint[];
  readonly references: readonly Reference[];
  readonly x: { readonly title: string; readonly log: boolean };
  readonly y: Metric;
  readonly height?: number;
}
