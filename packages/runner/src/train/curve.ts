import { evaluationAs, type CurvePoint, type Evaluation, type RunConfig } from '@lab/records';
import { learningRate, type Handle } from '@lab/engine';
import { assess } from '../read/assess.ts';
import type { Reading } from '../read/read.ts';
import type { Prepared } from '../session/prepare.ts';
import { taskViews } from '../stages/views.ts';
import type { Cursor } from './checkpoint.ts';

/** The readout that `best-validation` and `early-stopping` go by. */
export type Headline = { readonly readout: Evaluation['readout']; readonly members: number };

/** Steps of a training, counted. */
export interface Span {
  readonly perEpoch: number;
  readonly steps: number;
}

/** Steps of an epoch and of the whole training. */
export const spanOf = ({ config, rows }: Prepared): Span => {
  const perEpoch = Math.ceil(rows.train.length / config.train.batchSize);
  return { perEpoch, steps: perEpoch * config.train.epochs };
};

/** The learning rate of a step, counted from 0. */
export const rateOf = (train: RunConfig['train'], { steps }: Span, step: number): number => {
  const { lr, warmup, warmupSteps, schedule } = train;
  return learningRate({ peak: lr, steps, warmup, warmupSteps, after: schedule }, step);
};

/**
 * The epoch that ends at this step and is to be evaluated now; null where none is. A training of no
 * epochs is evaluated once.
 */
export const dueEpoch = ({ step, curve }: Cursor, { perEpoch }: Span, train: RunConfig['train']): number | null => {
  const epoch = step / perEpoch;
  const ends = Number.isInteger(epoch) && (epoch > 0 || train.epochs === 0) && curve.at(-1)?.epoch !== epoch;
  return ends && (epoch % train.evalEvery === 0 || epoch === train.epochs) ? epoch : null;
};

/**
 * Validation at the end of an epoch: deterministic passes, and the ensemble where the selection
 * goes by it.
 */
export const curvePoint = async (
  reading: Reading,
  {
    config,
    rows,
    tasks,
    span,
    headline,
  }: Pick<Prepared, 'config' | 'rows' | 'tasks'> & { readonly span: Span; readonly headline: Headline },
  at: { readonly theta: Handle; readonly cursor: Cursor; readonly epoch: number },
): Promise<CurvePoint> => {
  const { cursor } = at;
  const ensemble = config.select !== 'last' && headline.readout.startsWith('ensemble');
  const members = ensemble ? headline.members : 0;
  const { own } = taskViews(config, tasks);
  const split = { ...own, name: 'validation', rows: rows.validation, members } as const;
  const { evaluations } = await assess(reading, at.theta, split);
  return {
    step: cursor.step,
    epoch: at.epoch,
    trainLoss: cursor.lossSum / cursor.lossCount,
    lr: cursor.step === 0 ? 0 : rateOf(config.train, span, cursor.step - 1),
    evaluations,
    ...(cursor.allocations?.length ? { allocations: cursor.allocations } : {}),
  };
};

type Metrics = Evaluation['metrics'];

/**
 * Validation loss: mean negative log-likelihood, or squared error of a regression; null where
 * undefined.
 */
const lossOf = ({ nll, mse }: Metrics): number | null => nll ?? mse ?? null;

/**
 * The validation loss that a search goes by: of the readout by which the method is tested, or of
 * what stands for it. Null where undefined.
 */
export const searchLoss = (evaluations: readonly Evaluation[], tested: Evaluation['readout']): number | null => {
  const own = evaluationAs(evaluations, { readout: tested }) ?? evaluations[0];
  return own ? lossOf(own.metrics) : null;
};

const negative = (value: number | null): number | null => (value === null ? null : -value);

/** What a selection goes by: higher is better. */
export interface ScoreRule {
  readonly select: RunConfig['select'];
  readonly headline: Headline;
  /** The task's main metric. */
  readonly metric: string;
}

/**
 * The score of the headline readout: its main metric, or the negative loss where the selection goes
 * by it or texts are not written. Null where it is undefined.
 */
export const scoreOf = (evaluations: readonly Evaluation[], { select, headline, metric }: ScoreRule): number | null => {
  const metrics = evaluations.find((e) => e.readout === headline.readout && e.members === headline.members)?.metrics;
  if (!metrics) return null;
  return select !== 'early-stopping' && metric in metrics ? (metrics[metric] ?? null) : negative(lossOf(metrics));
};
