import type { HostParams } from '@lab/adapter';
import { floats, openEngine, type Engine } from '@lab/engine';
import { fold, key, normal } from '@lab/random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { estimatedAdapter } from '../src/index.ts';
import { bert } from './cases.ts';
import { prepareTwenty } from './twenty.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('js');
});
afterAll(() => engine.close());

/** The error of the estimate, where only the maps that `trained` names have an update. */
const errorOf = async (shortcut: string, trained: (path: string) => boolean): Promise<number> => {
  const adapter = { name: 'reslora', r: 2, target_modules: ['query', 'value'], shortcut };
  const { blueprint, rows } = await prepareTwenty({ ...bert, adapter, dropout: { name: 'none' } });
  const drawn = (name: string, size: number): Float32Array =>
    name.endsWith('lora_B') && !trained(name) ? new Float32Array(size) : normal(fold(key(2), name), size);
  const params: HostParams = Object.fromEntries(
    blueprint.layout.slots.map(({ name, shape, size }) => [name, floats(drawn(name, size), shape)]),
  );
  return (await estimatedAdapter({ engine, blueprint, params, rows: rows.train, maxTokens: 8 })).error;
};

it.each(['input', 'middle'])(
  '%s: exact in the first layer, off where an earlier input is another vector',
  async (s) => {
    expect(await errorOf(s, (name) => name.includes('layer.0.'))).toBeLessThan(1e-5);
    const later = await errorOf(s, (name) => name.includes('layer.1.'));
    expect(later).toBeGreaterThan(1e-2);
    expect(later).toBeLessThan(1);
  },
);

it('is refused for an adapter that has none', async () => {
  const { blueprint, rows } = await prepareTwenty(bert);
  const asked = { engine, blueprint, params: {}, rows: rows.train, maxTokens: 8 };
  await expect(estimatedAdapter(asked)).rejects.toThrow('--estimate: this adapter needs none, or has none');
});
