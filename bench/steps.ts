import { fold, key } from '@lab/random';
import { adamWScalars, type Engine, type Handle, type HostArray } from '@lab/engine';
import {
  decayVector,
  initialArrays,
  predictProgram,
  putAll,
  scalar,
  stepProgram,
  trainingMasks,
  vector,
} from '@lab/runner/internals';
import type { LaneKind } from './lane.ts';
import type { Workload } from './workloads.ts';

/** Sets of masks drawn beforehand and used in turns. */
const MASKS = 8;

type Arrays = { readonly [name: string]: HostArray };
type Handles = { readonly [name: string]: Handle };

type Steps = { readonly [kind in LaneKind]: () => Promise<number> } & {
  /** Ends the programs; their profiles, where asked for, are then written. */
  readonly close: () => Promise<void>;
};

/**
 * A training step and an evaluation batch of a workload on an engine, each as a function that
 * returns its milliseconds.
 */
export const stepsOf = async (engine: Engine, { blueprint, batch }: Workload): Promise<Steps> => {
  const root = key(11);
  const weights = Object.entries(await blueprint.model.weights());
  const frozen = putAll(engine, Object.fromEntries(weights.map(([name, array]) => [`weight/${name}`, array])));
  const constants = putAll(engine, { decay: vector(decayVector(blueprint, 0.01)) });
  const masks = Array.from({ length: MASKS }, (_, i) => trainingMasks(blueprint, batch, fold(root, i), 0));
  const step = engine.program(stepProgram(blueprint));
  const predict = engine.program(predictProgram(blueprint, 'deterministic'));
  let state: Handles = putAll(engine, await initialArrays(blueprint, root));
  let done = 0;

  const train = async (): Promise<number> => {
    const { correction1, correction2 } = adamWScalars(done + 1);
    const scalars: Arrays = {
      share: scalar(1),
      lr: scalar(1e-3),
      correction1: scalar(correction1),
      correction2: scalar(correction2),
    };
    const before = performance.now();
    const inputs = { ...state, ...constants, ...scalars, ...batch.arrays, ...masks[done % MASKS]!, ...frozen };
    const { loss, ...next } = await step.run(inputs);
    const { data } = await engine.get(loss!);
    engine.free([...Object.values(state), loss!]);
    const milliseconds = performance.now() - before;
    state = next;
    done += 1;
    if (!Number.isFinite(data[0])) throw new Error(`the loss is ${data[0]}`);
    return milliseconds;
  };
  const { labels, weights: shares, ...seen } = batch.arrays;
  const evaluate = async (): Promise<number> => {
    const before = performance.now();
    const { outputs } = await predict.run({ theta: state.theta!, ...seen, ...frozen });
    await engine.get(outputs!);
    engine.free([outputs!]);
    return performance.now() - before;
  };
  const close = async (): Promise<void> => {
    step.dispose();
    predict.dispose();
    await engine.close();
  };
  return { train, evaluate, close };
};
