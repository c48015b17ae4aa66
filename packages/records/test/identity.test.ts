import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, runConfigSchema, runId } from '../src/index.ts';

/** The same data with the keys of every object in reverse order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, reversed(v)]),
  );
};

const config = runConfigSchema.parse({
  seed: 3,
  dataset: { name: 'imdb', train: 200 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 8, alpha: 16 },
  dropout: { name: 'lora-dropout', p: 0.3 },
});
const versions = { dataset: 1, model: 1, adapter: 1, dropout: 2 };

describe('canonical JSON', () => {
  it('does not see the order of keys, and is JSON of the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(reversed(value))).toBe(canonical(value));
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 60 },
    );
  });

  it('tells different data apart', () => {
    expect(canonical({ a: 1, b: [2] })).not.toBe(canonical({ a: 1, b: 2 }));
    expect(canonical({ a: '1' })).not.toBe(canonical({ a: 1 }));
    expect(canonical([1, [2]])).not.toBe(canonical([1, 2]));
  });

  it('orders keys by code unit and leaves undefined out', () => {
    expect(canonical({ b: 1, a: undefined, B: 2, é: 3, 10: 4, 9: 5 })).toBe('{"10":4,"9":5,"B":2,"b":1,"é":3}');
  });

  it.each([Number.NaN, Infinity, () => 1, Symbol('s'), undefined, 1n, new Map([[1, 2]]), new Date(0), [undefined]])(
    'refuses what JSON cannot hold (%#)',
    (value) => {
      expect(() => canonical({ value: [value] })).toThrow(TypeError);
    },
  );
});

describe('run id', () => {
  it('is the SHA-256 of the canonical config and versions', () => {
    // Recorded; a change here makes every stored run a stranger.
    expect(runId(config, versions)).toBe('dd4ff83c2fc85ba2');
  });

  it('agrees with another program', () => {
    const text = canonical({ schema: 1, config, versions });
    const script = "process.stdout.write(require('crypto').createHash('sha256').update(process.argv[1]).digest('hex'))";
    expect(execFileSync(process.execPath, ['-e', script, text], { encoding: 'utf8' })).toMatch(
      new RegExp(`^${runId(config, versions)}`),
    );
  });

  it('does not see key order, and sees every value and version', () => {
    const id = runId(config, versions);
    expect(runId(reversed(config) as typeof config, versions)).toBe(id);
    const others = [
      runId({ ...config, seed: 4 }, versions),
      runId({ ...config, members: 4 }, versions),
      runId({ ...config, dropout: { ...config.dropout, p: 0.31 } }, versions),
      runId({ ...config, train: { ...config.train, lr: 1e-3 } }, versions),
      runId(config, { ...versions, dropout: 3 }),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });
});
