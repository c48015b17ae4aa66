import { fold } from '@lab/random';
import type { HostArray } from '@lab/engine';
import { assert, describe, expect, it } from 'vitest';
import { planMasks, type DrawContext, type Noise } from '../src/index.ts';
import { B, context, DEPTH, entry, HEADS, maskList, noiseOf, root, T, uses } from './fixture.ts';

const draw = (noise: Noise, i: number, given: DrawContext) => {
  const [mask] = maskList(planMasks([noise], uses, DEPTH), fold(root, i), given);
  assert(mask);
  return mask;
};

const attention = (['attention.logits', 'attention.weights'] as const).flatMap((site) =>
  (['element', 'column', 'span'] as const).flatMap((structure) =>
    (['batch', 'example'] as const).map((scope) =>
      noiseOf({
        site,
        structure,
        scope,
        p: 0.97,
        compensation: site === 'attention.logits' ? 'none' : 'normalised-stop',
      }),
    ),
  ),
);

describe.each([false, true])('every query keeps a valid key, causal: %s', (causal) => {
  it.each(attention.map((n) => [n.site, n.structure, n.scope, n] as const))('%s %s %s', (_s, _t, _c, noise) => {
    const given = { ...context, causal };
    for (let i = 0; i < 60; i++) {
      const mask = draw(noise, i, given);
      const [rows, , queries = 1] = mask.shape;
      for (let b = 0; b < B; b++)
        for (let h = 0; h < HEADS; h++)
          for (let q = 0; q < T; q++) {
            const row = ((rows === 1 ? 0 : b) * HEADS + h) * queries + (queries === 1 ? 0 : q);
            const seen = Math.min(entry(given.lengths, b), causal ? q + 1 : T);
            expect(mask.data.slice(row * T, row * T + seen).some((k) => k === 1)).toBe(true);
          }
    }
  });
});

it('weights that are not renormalised keep the plain law: a query may lose every key', () => {
  const noise = noiseOf({ site: 'attention.weights', structure: 'column', compensation: 'inverse', p: 0.97 });
  const all = Array.from({ length: 20 }, (_, i) => draw(noise, i, context).data);
  expect(all.some((keep) => keep.slice(0, T).every((k) => k === 0))).toBe(true);
});

describe('span', () => {
  const dropped = (keep: HostArray['data']) => [...keep.keys()].filter((j) => keep[j] === 0);

  it.each([1, 2, 3, 5])('is one run inside %i valid tokens, p n long on average', (n) => {
    const given = { ...context, lengths: Int32Array.of(n, n, n) };
    const p = 0.3;
    let total = 0;
    const draws = 2000;
    for (let i = 0; i < draws; i++) {
      const mask = draw(noiseOf({ site: 'ffn.hidden', structure: 'span', p }), i, given);
      const run = dropped(mask.data.subarray(0, T));
      run.forEach((j, k) => expect(j).toBe(entry(run, 0) + k));
      expect(run.every((j) => j < n)).toBe(true);
      expect([Math.floor(p * n), Math.floor(p * n) + 1]).toContain(run.length);
      total += run.length;
    }
    const chance = p * n - Math.floor(p * n);
    expect(Math.abs(total / draws - p * n)).toBeLessThanOrEqual(4.5 * Math.sqrt((chance * (1 - chance)) / draws));
  });

  it('leaves the only key of a one-token text', () => {
    for (let i = 0; i < 50; i++) {
      const mask = draw(noiseOf({ site: 'attention.logits', structure: 'span', p: 0.9 }), i, {
        ...context,
        lengths: Int32Array.of(1, 1, 1),
      });
      expect(dropped(mask.data)).toEqual([]);
    }
  });

  it('stays defined for rows that only fill the batch', () => {
    const filler = { ...context, lengths: Int32Array.of(5, 0, 0) };
    for (const scope of ['batch', 'example'] as const) {
      const mask = draw(noiseOf({ site: 'ffn.hidden', structure: 'span', scope, p: 0.6 }), 3, filler);
      expect(dropped(mask.data.subarray(0, T)).length).toBe(3);
    }
  });
});
