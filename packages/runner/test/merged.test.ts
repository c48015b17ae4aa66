import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { floats, openEngine, type Engine } from '@lab/engine';
import { fold, key, normal } from '@lab/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, type Readings } from '../src/read/read.ts';
import type { Session } from '../src/session/session.ts';
import { openWorkshop } from '../src/session/workshop.ts';
import { isMerged } from '../src/step/merge.ts';
import { bert, FAMILIES, NEWER, OPTIONS } from './cases.ts';
import { prepareTwenty, type Case } from './twenty.ts';

// Reading with the update merged into the weights computes what reading with the adapter computes.

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const all = ({ deterministic, meanField, members }: Readings) => [deterministic, meanField ?? [], ...members].flat(2);

/** The largest difference of an output, and which passes were merged. */
const apart = async (one: Case): Promise<{ readonly difference: number; readonly merged: readonly string[] }> => {
  const { blueprint, rows } = await prepareTwenty(one);
  const workshop = openWorkshop({ ...engine, close: async () => undefined });
  const session = await workshop.open(blueprint, { batchSize: 4, maxTokens: 8 });
  const start = await session.start(key(1));
  const params = await session.params(start.theta);
  // Away from the start, where the update is zero; constants stay.
  const constants = new Set(blueprint.adapter.params.flatMap(({ name, frozen }) => (frozen ? [name] : [])));
  const moved = Object.entries(params).map(([name, array]) => {
    const noise = normal(fold(key(2), name), array.data.length);
    const shift = constants.has(name) ? 0 : 0.03;
    return [
      name,
      floats(
        array.data.map((x, i) => x + shift * (noise[i] ?? NaN)),
        array.shape,
      ),
    ] as const;
  });
  const theta = session.theta(Object.fromEntries(moved));
  const read = (by: Session) =>
    readAll({ session: by, key: key(3), pause: async () => undefined }, theta, { rows: rows.test, members: 2 });
  const fast = all(await read(session));
  const slow = all(await read({ ...session, merge: async () => undefined }));
  engine.free({ theta, start });
  await workshop.close();
  expect(engine.alive()).toBe(0);
  expect(fast).toHaveLength(slow.length);
  const passes = ['deterministic', 'mean-field', 'member'] as const;
  return {
    difference: Math.max(...fast.map((x, i) => Math.abs(x - (slow[i] ?? NaN)) / (1 + Math.abs(x)))),
    merged: passes.filter((pass) => isMerged(blueprint, pass)),
  };
};

describe('readouts with merged weights', () => {
  it.each([...FAMILIES, ...NEWER])('of the model $model.name', async (one) => {
    const { difference, merged } = await apart(one);
    expect(merged).toEqual(['deterministic', 'mean-field', 'member']);
    expect(difference).toBeLessThan(1e-5);
  });

  it.each(methods.names)('of the method %s', async (name) => {
    const { difference, merged } = await apart({ ...bert, dropout: { name, ...OPTIONS[name] } });
    expect(merged).toContain('deterministic');
    expect(difference).toBeLessThan(1e-5);
  });

  it.each(adapters.names)('of the adapter %s', async (name) => {
    const targets = 'target_modules' in adapters.find(name).options.shape ? { target_modules: 'all-linear' } : {};
    const { difference } = await apart({ ...bert, adapter: { name, ...targets }, dropout: { name: 'none' } });
    expect(difference).toBeLessThan(1e-5);
  });

  it.each(['lora', 'dora', 'full'])('of the adapter %s on parts of a fused map', async (name) => {
    const adapter = { name, target_modules: ['c_attn.q', 'c_attn.v', 'c_fc'] };
    const gpt2 = { model: { name: 'gpt2' }, weights: 'gpt2-scaled', vocabulary: 23 };
    const dropout = name === 'full' ? { name: 'none' } : { name: 'lora-dropout', p: 0.3, samples: 2 };
    const { difference } = await apart({ ...gpt2, adapter, dropout });
    expect(difference).toBeLessThan(1e-5);
  });

  it('of a head that is trained whole', async () => {
    const { difference, merged } = await apart({ ...bert, head: 'fine-tuning' });
    expect(merged).toEqual(['deterministic', 'mean-field', 'member']);
    expect(difference).toBeLessThan(1e-5);
  });

  it('leaves the adapter where its noise belongs to tokens', async () => {
    const { difference, merged } = await apart({ ...bert, dropout: { name: 'hiddenkey' } });
    expect(merged).not.toContain('member');
    expect(difference).toBeLessThan(1e-5);
  });
});
