import { afterAll, describe, expect, it } from 'vitest';
import { openEngine, type Engine, type EngineName, type Handle } from '../src/index.ts';
import { describeProviders, native } from './differential.ts';
import { startState, stepInputs, trainingStep, weights, type Size } from './transformer.ts';

const size: Size = {
  layers: 2,
  width: 16,
  ffn: 32,
  heads: 2,
  tokens: 6,
  batch: 4,
  r: 2,
  vocab: 20,
  classes: 3,
  passes: 2,
};
const STEPS = 20;
const engines = new Map<EngineName, Promise<Engine>>();
const open = (name: EngineName): Promise<Engine> => {
  const found = engines.get(name) ?? openEngine(name, { threads: 1 });
  engines.set(name, found);
  return found;
};
afterAll(async () => {
  for (const engine of engines.values()) await (await engine).close();
});

type Run = { readonly losses: readonly number[]; readonly theta: Float32Array; readonly alive: readonly number[] };

/** Trains with weights and state as handles, batch and masks from the host. */
async function train(name: EngineName, lr: number): Promise<Run> {
  return trainOn(await open(name), lr);
}

async function trainOn(engine: Engine, lr: number, steps = STEPS, sizes = size): Promise<Run> {
  const program = engine.program(trainingStep(sizes));
  const frozen = Object.fromEntries(Object.entries(weights(sizes)).map(([key, array]) => [key, engine.put(array)]));
  let state = Object.fromEntries(Object.entries(startState(sizes)).map(([key, array]) => [key, engine.put(array)]));
  const losses: number[] = [];
  const alive: number[] = [];
  for (let step = 1; step <= steps; step += 1) {
    const { loss, ...next } = await program.run({ ...frozen, ...state, ...stepInputs(sizes, step, lr) });
    losses.push((await engine.get(loss!)).data[0]!);
    engine.free([loss!, ...Object.values(state)]);
    state = next as Record<string, Handle>;
    alive.push(engine.alive());
  }
  const theta = (await engine.get(state['theta']!)).data.slice() as Float32Array;
  engine.free([...Object.values(state), ...Object.values(frozen)]);
  program.dispose();
  return { losses, theta, alive };
}

const distance = (a: Float32Array, b: Float32Array): number => {
  const norm = (values: Iterable<number>): number => Math.hypot(...values);
  return norm(a.map((value, i) => value - b[i]!)) / norm(b);
};
const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((loss, i) => Math.abs(loss - b[i]!)));

/**
 * Two engines that round differently are 2e-7 apart after 20 steps (measured, in the loss and in
 * theta, relative L2); AdamW divides by sqrt(v), so an element with a tiny gradient may move by a
 * share of lr. Hence 1e-5. A learning rate wrong by 1 % moves both by 5e-3 and must be seen at a
 * hundred times the tolerance: the comparison can fail.
 */
const TOLERANCE = 1e-5;

describe('twenty training steps of a small transformer with LoRA, masks, KL, clipping and AdamW', () => {
  it('are the same compiled and eager, and 1 % more learning rate is not', async () => {
    const eager = await train('js', 0.01);
    const compiled = await train('onnx', 0.01);
    expect(eager.losses.at(-1)!).toBeLessThan(eager.losses[0]!);
    expect(apart(compiled.losses, eager.losses)).toBeLessThan(TOLERANCE);
    expect(distance(compiled.theta, eager.theta)).toBeLessThan(TOLERANCE);
    const other = await train('onnx', 0.0101);
    expect(apart(other.losses, eager.losses)).toBeGreaterThan(100 * TOLERANCE);
    expect(distance(other.theta, eager.theta)).toBeGreaterThan(100 * TOLERANCE);
    expect(new Set(compiled.alive).size).toBe(1);
  });

  it('are the same to the last bit when compiled twice', async () => {
    const first = await train('onnx', 0.01);
    expect(await train('onnx', 0.01)).toEqual(first);
  });

  it('are the same on wasm', async () => {
    const [eager, wasm] = [await train('js', 0.01), await train('wasm', 0.01)];
    expect(apart(wasm.losses, eager.losses)).toBeLessThan(TOLERANCE);
    expect(distance(wasm.theta, eager.theta)).toBeLessThan(TOLERANCE);
  });
});

await describeProviders('five training steps', (provider) => {
  it.skipIf(provider === 'cpu')('with state on the device are those of the CPU', async () => {
    // One layer: a software GPU compiles each of its shaders for each shape.
    const small = { ...size, layers: 1, passes: 1 } as const;
    const eager = await trainOn(await open('js'), 0.01, 5, small);
    const device = await trainOn(await native(provider), 0.01, 5, small);
    // WGSL's exp, log and division round ten times as coarsely as the CPU's.
    expect(apart(device.losses, eager.losses)).toBeLessThan(10 * TOLERANCE);
    expect(distance(device.theta, eager.theta)).toBeLessThan(10 * TOLERANCE);
    expect(new Set(device.alive).size).toBe(1);
  });
});
