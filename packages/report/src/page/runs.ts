import { curve, seedOf, taskOf, value } from '../study/run.ts';
import { type Flat, flatten, split } from '../study/flatten.ts';
import type { Cell } from '../study/study.ts';
import { readingOf } from '../study/arms/arm.ts';

const short = (v: number | null | undefined): number | null =>
  v === null || v === undefined || !Number.isFinite(v) ? null : Number(v.toPrecision(5));

/** One run as the page holds it; short names, since there may be ten thousand. */
export interface PageRun {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly task: string;
  readonly seed: number;
  readonly labels: string;
  readonly readout: string;
  readonly metric: string;
  readonly score: number | null;
  readonly nll: number | null;
  readonly ece: number | null;
  readonly seconds: number | null;
  readonly memory: number | null;
  readonly engine: string;
  readonly config: Flat;
  /** epoch, training loss, held-out NLL, held-out score */
  readonly curve: readonly (readonly (number | null)[])[];
}

const points = (cell: Cell): (number | null)[][] =>
  curve(cell).map(({ epoch, trainLoss, evaluations }) => {
    const heldOut =
      evaluations.find((e) => e.split !== 'train' && e.readout === 'mean-field') ??
      evaluations.find((e) => e.split !== 'train');
    return [epoch, short(trainLoss), short(heldOut?.metrics.nll), short(heldOut?.metrics[cell.record.result.metric])];
  });

/**
 * All runs of a report for the page: a run that stands in several cells appears once for each set
 * of labels.
 */
export const pageRuns = (cells: readonly Cell[]): { readonly common: Flat; readonly runs: readonly PageRun[] } => {
  const { common, own } = split(cells.map((c) => flatten(c.record.config)));
  const runs = cells.map((cell, i): PageRun => {
    const { result, surroundings } = cell.record;
    const r = readingOf(cell, { name: '' });
    return {
      id: result.id,
      status: result.status,
      reason: result.reason,
      task: taskOf(cell),
      seed: seedOf(cell),
      labels: Object.entries(cell.labels)
        .map(([k, v]) => `${k} ${v}`)
        .join(', '),
      readout: r === null ? 'none' : r.members > 1 ? `${r.readout} of ${r.members}` : r.readout,
      metric: result.metric,
      score: short(value(cell, 'score', r)),
      nll: short(value(cell, 'nll', r)),
      ece: short(value(cell, 'ece', r)),
      seconds: short(result.cost.seconds),
      memory: short(result.cost.peakMemoryMB),
      engine: surroundings.engine,
      config: own[i] ?? {},
      curve: points(cell),
    };
  });
  return { common, runs };
};
