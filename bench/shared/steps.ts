import { fold, key } from '@lab/random';
import { adamWScalars, floats, readFloats, scalar, type Engine } from '@lab/engine';
import { decayVector, openWorkshop } from '@lab/runner';
import type { Workload } from './workloads.ts';

/** What is timed: one optimiser step, or one batch forward. */
export type LaneKind = 'train' | 'evaluate';

/** Sets of masks drawn beforehand and used in turns. */
const MASKS = 8;

type Steps = { readonly [kind in LaneKind]: () => Promise<number> } & {
  /** Ends the programs; their profiles, where asked for, are then written. */
  readonly close: () => Promise<void>;
};

/**
 * A training step and an evaluation batch of a workload on an engine, each as a function that
 * returns its milliseconds.
 */
export const stepsOf = async (engine: Engine, { blueprint, batch, size }: Workload): Promise<Steps> => {
  const root = key(11);
  const workshop = openWorkshop(engine);
  const session = await workshop.open(blueprint, size);
  const decay = engine.put(floats(decayVector(blueprint, 0.01)));
  const masks = Array.from({ length: MASKS }, (_, i) =>
    session.masks.training(batch, { key: fold(root, i), progress: 0 }),
  );
  let state = await session.start(root);
  let done = 0;

  const train = async (): Promise<number> => {
    const { correction1, correction2 } = adamWScalars(done + 1);
    const rates = { lr: scalar(1e-3), correction1: scalar(correction1), correction2: scalar(correction2) };
    const drawn = masks[done % MASKS];
    if (!drawn) throw new Error('no masks were drawn');
    const before = performance.now();
    const sample = { batch: batch.arrays, masks: drawn, share: scalar(1) };
    const { state: next, loss } = await session.step({ ...state, ...sample, decay, rates, controls: {} });
    const [value] = await readFloats(engine, loss);
    engine.free({ state, loss });
    const milliseconds = performance.now() - before;
    state = next;
    done += 1;
    if (!Number.isFinite(value)) throw new Error(`the loss is ${value}`);
    return milliseconds;
  };
  const evaluate = async (): Promise<number> => {
    const before = performance.now();
    await session.read('deterministic', { theta: state.theta, batch: batch.arrays });
    return performance.now() - before;
  };
  return { train, evaluate, close: () => workshop.close() };
};
