/** One engine on one workload in a process of its own: `node child.ts workload engine threads`, told what to time over IPC. */
import { fold, key } from '@lab/random';
import { adamWScalars, openEngine, type Engine, type EngineName, type Handle, type HostArray } from '@lab/tensor';
import { trainingMasks } from '../packages/runner/src/masks.ts';
import { predictProgram, stepProgram } from '../packages/runner/src/programs.ts';
import { decayVector, initialArrays, putAll, scalar, vector } from '../packages/runner/src/state.ts';
import type { FromChild, Kind, ToChild } from './lane.ts';
import { WORKLOADS, type Workload, type WorkloadName } from './workloads.ts';

/** Sets of masks drawn beforehand and used in turns. */
const MASKS = 8;

type Arrays = { readonly [name: string]: HostArray };
type Handles = { readonly [name: string]: Handle };

/** A training step and an evaluation batch, each as a function that returns its milliseconds. */
const prepare = async (engine: Engine, { blueprint, batch }: Workload) => {
  const root = key(11);
  const weights = Object.entries(await blueprint.model.weights());
  const frozen = putAll(engine, Object.fromEntries(weights.map(([name, array]) => [`weight/${name}`, array])));
  const constants = putAll(engine, { decay: vector(decayVector(blueprint, 0.01)) });
  const masks = Array.from({ length: MASKS }, (_, i) => trainingMasks(blueprint, batch, fold(root, i), 0));
  const step = engine.program(stepProgram(blueprint));
  const predict = engine.program(predictProgram(blueprint, 'quiet'));
  let state: Handles = putAll(engine, initialArrays(blueprint, root));
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
  return { train, evaluate };
};

const [workloadName, engineName, threads] = process.argv.slice(2);
const send = (message: FromChild) => process.send!(message);
process.on('disconnect', () => process.exit());
try {
  const workload = await WORKLOADS[workloadName as WorkloadName]();
  const engine = await openEngine(engineName as EngineName, { threads: Number(threads) });
  const timed: { readonly [kind in Kind]: () => Promise<number> } = await prepare(engine, workload);
  process.on('message', ({ kind, times }: ToChild) => {
    void (async () => {
      const milliseconds: number[] = [];
      for (let i = 0; i < times; i++) milliseconds.push(await timed[kind]());
      send({ milliseconds, peakMB: process.resourceUsage().maxRSS / 1024 });
    })().catch((error: Error) => send({ error: error.message }));
  });
  send({ ready: engine.description, parameters: workload.blueprint.layout.size });
} catch (error) {
  send({ error: (error as Error).message });
}
