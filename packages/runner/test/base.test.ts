import { openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planRun } from '../src/index.ts';
import { bert, FAMILIES, NEWER } from './cases.ts';
import { distance, prepareTwenty, twentySteps, type Case } from './twenty.ts';

// A base in fewer bits, and layers that are computed again.

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const named = (one: Case | undefined): Case => {
  if (!one) throw new Error('no such case');
  return one;
};
const of = (name: string): Case => named([...FAMILIES, ...NEWER].find(({ model }) => model.name === name));
const plan = (more: object) =>
  planRun(
    {
      seed: 0,
      dataset: { name: 'imdb' },
      model: { name: 'use-lite' },
      adapter: { name: 'lora' },
      dropout: { name: 'none' },
      ...more,
    },
    'a test',
  );

describe('layers that are computed again', () => {
  it.each(['bert', 'deberta-v2', 'gpt2', 'llama', 'gemma2', 'modernbert', 'use-lite'])(
    'leave twenty steps of %s as they are',
    async (name) => {
      const [again, kept] = [
        await twentySteps(engine, { ...of(name), train: { recompute: true } }),
        await twentySteps(engine, of(name)),
      ];
      const { losses, theta } = distance(again, kept);
      expect(losses).toBeLessThan(1e-5);
      expect(theta).toBeLessThan(1e-5);
      expect(engine.alive()).toBe(0);
    },
  );

  it('are refused with an adapter that connects layers', async () => {
    const one = { ...bert, adapter: { name: 'houlsby' }, dropout: { name: 'none' }, train: { recompute: true } };
    await expect(prepareTwenty(one)).rejects.toThrow('train.recompute: adapter houlsby');
  });
});

describe('a base in fewer bits', () => {
  it('is part of what a run is, and float32 is what a run is without it', () => {
    expect(plan({ base: 'float32' }).id).toBe(plan({}).id);
    const ids = ['float16', 'int8-backward', 'int8'].map((base) => plan({ base }).id);
    expect(new Set([plan({}).id, ...ids]).size).toBe(4);
    expect(() => plan({ base: 'int4' })).toThrow('base');
  });

  it.each(['float16', 'int8-backward', 'int8'])('%s trains near float32, and not as float32', async (base) => {
    const [few, whole] = [await twentySteps(engine, { ...bert, base }), await twentySteps(engine, bert)];
    const { losses, theta } = distance(few, whole);
    expect(theta).toBeGreaterThan(0);
    expect(losses).toBeLessThan(0.02);
    expect(engine.alive()).toBe(0);
  });
});
