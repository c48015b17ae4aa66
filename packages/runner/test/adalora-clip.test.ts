import { openEngine, tf, type Engine } from '@lab/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Blueprint } from '../src/session/blueprint.ts';
import { bert } from './cases.ts';
import { prepareTwenty, trainTwenty } from './twenty.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('js');
});
afterAll(() => engine.close());

/** The blueprint with an adapter that notes the norm of the gradients its update is given. */
const watched = (blueprint: Blueprint, norms: number[]): Blueprint => {
  const { adapter } = blueprint;
  const { state } = adapter;
  if (!state) throw new Error('AdaLoRA keeps a state');
  const update: typeof state.update = (args) => {
    const squares = Object.values(args.grads).map((grad) => tf.sum(tf.square(grad)).dataSync()[0] ?? NaN);
    norms.push(Math.sqrt(squares.reduce((a, b) => a + b, 0)));
    return state.update(args);
  };
  return { ...blueprint, adapter: { ...adapter, state: { ...state, update } } };
};

/** Norms of the gradients that AdaLoRA sees, step by step. */
const normsAt = async (clip: number): Promise<readonly number[]> => {
  const norms: number[] = [];
  const adapter = { name: 'adalora', init_r: 3, target_r: 2, target_modules: ['query'] };
  const prepared = await prepareTwenty({ ...bert, adapter, dropout: { name: 'none' }, train: { clip } });
  await trainTwenty(engine, { ...prepared, blueprint: watched(prepared.blueprint, norms) });
  return norms;
};

it('AdaLoRA sees clipped gradients', async () => {
  const [tight, loose] = [await normsAt(1e-3), await normsAt(1e6)];
  expect(tight).toHaveLength(20);
  for (const norm of tight) expect(norm).toBeLessThan(1.001e-3);
  expect(Math.min(...loose)).toBeGreaterThan(1e-3);
}, 60_000);
