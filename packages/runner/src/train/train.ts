import { fold, permutation } from '@lab/random';
import type { CurvePoint } from '@lab/records';
import type { Handle } from '@lab/engine';
import type { Reading } from '../read/read.ts';
import type { Prepared } from '../session/prepare.ts';
import { chunks } from '../session/rows/rows.ts';
import type { Session } from '../session/session.ts';
import { rootOf } from '../stages/stream.ts';
import type { Checkpoint } from './checkpoint.ts';
import { curvePoint, dueEpoch, spanOf, type Headline } from './curve.ts';
import { constantsOf, optimise } from './optimise.ts';
import { beginning, checkpointOf, finished, freed, type TrainingPlace } from './place.ts';
import { Cancelled, Diverged, eventLoopTurn, Paused, type Progress } from './progress.ts';
import { searched } from './search.ts';
import { selected, stopsEarly } from './select.ts';

export interface TrainArgs {
  readonly prepared: Prepared;
  readonly session: Session;
  /** Stream of the masks of ensemble members, for selections that go by an ensemble. */
  readonly readingKey: Reading['key'];
  /** Where to go on, or null to start. */
  readonly from: Checkpoint | null;
  /**
   * Called after every epoch, once a minute in a long one, and once more when stopped in between.
   */
  readonly save: (checkpoint: Checkpoint) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /** The readout that selections go by. */
  readonly headline: Headline;
  /** Epoch after which the training pauses with a checkpoint, to be compared with others. */
  readonly untilEpoch?: number;
}

export interface Trained {
  readonly theta: Handle;
  /** The epoch that theta is from. */
  readonly epoch: number;
  readonly steps: number;
  readonly curve: readonly CurvePoint[];
  /** Seconds of training, those of interrupted processes included. */
  readonly seconds: number;
}

/** Milliseconds after which a long epoch is saved in between. */
const checkpointEvery = 60_000;

/**
 * Trains a prepared run. Data order, start values and masks come from the seed's own streams, so
 * runs with equal seeds meet the same batches from the same start. Throws `Diverged`, `Cancelled`
 * or `Paused`. The caller owns the returned theta.
 */
export const train = async (args: TrainArgs): Promise<Trained> => {
  const { prepared, session, headline, signal, onProgress, untilEpoch = Infinity } = args;
  const { config, rows, dataset } = prepared;
  const rule = { select: config.select, headline, metric: dataset.metric };
  const span = spanOf(prepared);
  const root = rootOf(config);
  const training = { session, prepared, span, constants: constantsOf(session, config) };
  const began = performance.now();
  const seconds = () => (args.from?.cursor.seconds ?? 0) + (performance.now() - began) / 1000;

  let place: TrainingPlace = await beginning(session, { from: args.from, start: prepared.start ?? {} }, root);
  let saved = performance.now();
  const save = async () => {
    args.save(await checkpointOf(session.engine, place, seconds()));
    saved = performance.now();
  };
  /** Signals and heartbeats get their turn. A run that is asked to stop leaves a checkpoint. */
  const pause = async () => {
    await eventLoopTurn();
    if (!signal.aborted) return;
    await save();
    throw new Cancelled(`stopped at step ${place.cursor.step} of ${span.steps}; the checkpoint goes on from there`);
  };
  const reading: Reading = { session, key: args.readingKey, pause };
  const search = { reading, rows: rows.train, metric: dataset.metric, key: fold(root, 'search'), span };
  const report = (progress: Pick<Progress, 'phase' | 'loss' | 'chosen'>) =>
    onProgress({ ...progress, step: place.cursor.step, steps: span.steps });

  try {
    while (true) {
      const epoch = dueEpoch(place.cursor, span, config.train);
      if (epoch !== null) {
        report({ phase: 'evaluate', loss: null });
        const at = { theta: place.state.theta, cursor: place.cursor, epoch };
        const point = await curvePoint(reading, { ...prepared, span, headline }, at);
        place = await selected(session.engine, rule, place, point);
      }
      if (place.cursor.step > 0 || epoch !== null) await save();
      if (place.cursor.step >= span.steps || stopsEarly(config, place)) break;
      if (place.cursor.step >= untilEpoch * span.perEpoch) throw new Paused(`trained to epoch ${untilEpoch} for now`);
      const done = place.cursor.step;
      const order = permutation(fold(fold(root, 'order'), Math.floor(done / span.perEpoch)), rows.train.length);
      for (const indices of chunks(order, config.train.batchSize).slice(done % span.perEpoch)) {
        const chosen = await searched(search, place);
        if (chosen) {
          place = chosen.place;
          report({ phase: 'evaluate', loss: null, chosen: chosen.allocation });
        }
        const { state, loss } = await optimise(training, place.state, { step: place.cursor.step, indices });
        session.engine.free(place.state);
        place = { ...place, state };
        if (!Number.isFinite(loss)) throw new Diverged(`the loss was ${loss} at step ${place.cursor.step + 1}`);
        const { step, lossSum, lossCount } = place.cursor;
        const cursor = { ...place.cursor, step: step + 1, lossSum: lossSum + loss, lossCount: lossCount + 1 };
        place = { ...place, cursor };
        report({ phase: 'train', loss });
        await pause();
        if (performance.now() - saved > checkpointEvery) await save();
      }
    }
    const { curve } = place.cursor;
    return { ...finished(session.engine, place, config), steps: place.cursor.step, curve, seconds: seconds() };
  } catch (error) {
    freed(session.engine, place);
    throw error;
  } finally {
    session.engine.free(training.constants);
  }
};
