import { evaluationAs, type Evaluation } from '@lab/records';
import { type ReportArm, cellsOf, pairName, readingOf } from './arm.ts';
import { groupBy } from '../group.ts';
import { curve, type RunReading, seedOf, taskOf } from '../run.ts';
import type { Cell } from '../study.ts';

/** One evaluation of one run along training. */
export interface Moment {
  readonly task: string;
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
  /** Training loss since the last row, with the masks on (nats). */
  readonly trainLoss: number;
  /** Metric on the training split, where it was evaluated. */
  readonly train: number | null;
  /** Metric on the held-out split: test where it was evaluated, else validation. */
  readonly heldOut: number | null;
  readonly readout: string;
}

/** The readout is kept with the number: captions say which one stands for an ensemble. */
const pick = (
  list: readonly Evaluation[],
  split: Evaluation['split'],
  wanted: RunReading | null,
): Evaluation | undefined =>
  evaluationAs(
    list.filter((e) => e.split === split),
    wanted ?? { readout: 'mean-field' },
  );

/** The curves of an arm's runs for a metric (`score`: the main one). */
export const moments = (cells: readonly Cell[], arm: ReportArm, metric: string): Moment[] =>
  cellsOf(cells, arm).flatMap((cell) => {
    const name = metric === 'score' ? cell.record.result.metric : metric;
    const wanted = readingOf(cell, arm);
    return curve(cell).map((point): Moment => {
      const evaluated = pick(point.evaluations, 'test', wanted) ?? pick(point.evaluations, 'validation', wanted);
      return {
        task: taskOf(cell),
        seed: seedOf(cell),
        epoch: point.epoch,
        step: point.step,
        trainLoss: point.trainLoss,
        train: pick(point.evaluations, 'train', wanted)?.metrics[name] ?? null,
        heldOut: evaluated?.metrics[name] ?? null,
        readout: evaluated?.readout ?? 'none',
      };
    });
  });

/** Moments by run. */
export const byRun = (list: readonly Moment[]): Moment[][] => [...groupBy(list, pairName).values()];
