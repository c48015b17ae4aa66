import { readFileSync } from 'node:fs';
import { openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, replay, REPLAYS } from './replay.ts';

interface Fixture {
  readonly cases: {
    readonly [name: string]: { readonly inputs: string; readonly losses: readonly number[] };
  };
}

/** Losses of PyTorch, transformers and peft: scripts/fixtures/training/replay.py. */
const fixture = JSON.parse(readFileSync(new URL('fixtures/replay.json', import.meta.url), 'utf8')) as Fixture;

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? NaN))));

describe('twenty steps are those of PyTorch and peft', () => {
  let engine: Engine;
  const ours = new Map<string, readonly number[]>();
  beforeAll(async () => {
    engine = await openEngine('onnx', { threads: 1 });
  });
  afterAll(() => engine.close());

  it.each(Object.entries(REPLAYS))('%s: every loss to 1e-4', async (name, one) => {
    const { recorded, losses } = await replay(engine, one);
    const theirs = fixture.cases[name];
    expect(theirs?.inputs, 'made from other data, start values or masks: run scripts/fixtures/training/replay.py').toBe(
      fingerprint(recorded),
    );
    expect(losses).toHaveLength(20);
    expect(farthest(losses, theirs?.losses ?? [])).toBeLessThan(1e-4);
    ours.set(name, losses);
  });

  it('no two cases have the same losses: each has noise of its own', () => {
    const all = [...ours.values()];
    expect(all).toHaveLength(Object.keys(REPLAYS).length);
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => expect(farthest(a, b)).toBeGreaterThan(1e-3)));
  });
});
