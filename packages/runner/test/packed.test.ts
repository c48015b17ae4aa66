import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bert, FAMILIES, HEADS, NEWER, OPTIONS } from './cases.ts';
import { distance, twentySteps, type Case } from './twenty.ts';

// A packed batch computes what the padded one computes: after twenty steps losses, parameters and
// outputs agree to rounding.

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const TOLERANCE = 1e-5;

const expectEqual = async (one: Case): Promise<void> => {
  const packed = await twentySteps(engine, one);
  const padded = await twentySteps(engine, one, 'padded');
  const apart = distance(packed, padded);
  expect(packed.losses).toHaveLength(20);
  expect(apart.losses).toBeLessThan(TOLERANCE);
  expect(apart.theta).toBeLessThan(TOLERANCE);
  expect(apart.outputs).toBeLessThan(10 * TOLERANCE);
  expect(engine.alive()).toBe(0);
};

describe('twenty steps, packed and padded', () => {
  it.each([...FAMILIES, ...NEWER])('of the model $model.name', async (one) => {
    await expectEqual(one);
  });

  it.each(HEADS)('of the model $model.name that learns $learns', async (one) => {
    await expectEqual(one);
  });

  it.each(methods.names)('of the method %s', async (name) => {
    await expectEqual({ ...bert, dropout: { name, ...OPTIONS[name] } });
  });

  it.each(adapters.names)('of the adapter %s', async (name) => {
    const targets = 'target_modules' in adapters.find(name).options.shape ? { target_modules: 'all-linear' } : {};
    await expectEqual({ ...bert, adapter: { name, ...targets }, dropout: { name: 'none' } });
  });
});
