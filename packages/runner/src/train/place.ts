import type { HostParams } from '@lab/adapter';
import type { Key } from '@lab/random';
import type { RunConfig } from '@lab/records';
import { flattenTree, type Engine, type Handle, type HostArray } from '@lab/engine';
import type { Session } from '../session/session.ts';
import type { State } from '../step/state.ts';
import type { Checkpoint, Cursor } from './checkpoint.ts';
import { putCheckpoint } from './checkpoint.ts';

/**
 * Where a training stands: its state on the engine, theta of the best epoch so far, and everything
 * else that the rest depends on.
 */
export interface TrainingPlace {
  readonly state: State;
  /** Null where no epoch has been chosen yet. */
  readonly best: Handle | null;
  readonly cursor: Cursor;
}

const zero: Cursor = { step: 0, lossSum: 0, lossCount: 0, curve: [], best: null, seconds: 0 };

/**
 * The place of a checkpoint, or the start of a training whose random streams come from `root`, at
 * the parameters in `start`.
 */
export const beginning = async (
  session: Session,
  { from, start }: { readonly from: Checkpoint | null; readonly start: HostParams },
  root: Key,
): Promise<TrainingPlace> =>
  from === null
    ? { state: await session.start(root, start), best: null, cursor: zero }
    : { ...putCheckpoint(session.engine, from), cursor: from.cursor };

/** A place as a checkpoint. */
export const checkpointOf = async (engine: Engine, { state, best, cursor }: TrainingPlace, seconds: number) => {
  const handles = Object.entries(flattenTree<Handle>({ ...state, ...(best ? { best } : {}) }));
  const arrays: { [path: string]: HostArray } = {};
  for (const [path, handle] of handles) arrays[path] = await engine.get(handle);
  return { cursor: { ...cursor, seconds }, arrays };
};

/** Frees everything that a place has on the engine. */
export const freed = (engine: Engine, { state, best }: TrainingPlace): void => {
  engine.free(state);
  if (best) engine.free([best]);
};

/**
 * The trained parameters of a finished training, and the epoch that they are from. All else is
 * freed.
 */
export const finished = (
  engine: Engine,
  { state: { theta, ...rest }, best, cursor }: TrainingPlace,
  { select, train }: RunConfig,
): { readonly theta: Handle; readonly epoch: number } => {
  engine.free(rest);
  if (select !== 'last' && best && cursor.best) {
    engine.free([theta]);
    return { theta: best, epoch: cursor.best.epoch };
  }
  if (best) engine.free([best]);
  return { theta, epoch: train.epochs };
};
