import { SITES } from '@lab/adapter';
import { describe, expect, it } from 'vitest';
import { checkNoise, methods, refusal, type Noise } from '../src/index.ts';
import { COMPENSATIONS, STRUCTURES } from '../src/noise/axes.ts';
import { noiseOf } from './fixture.ts';

describe('what means nothing is refused with the reason', () => {
  it.each<[Pick<Noise, 'site' | 'structure'> & Partial<Noise>, RegExp]>([
    [{ site: 'lora.A', structure: 'column', compensation: 'normalised' }, /belongs to attention.weights/],
    [{ site: 'lora.rank', structure: 'head' }, /no meaning there; allowed: element, column, row, span, example/],
    [{ site: 'lora.B', structure: 'span' }, /allowed: element, column, row/],
    [{ site: 'lora.A', structure: 'column', scope: 'example' }, /column masks at lora.input and lora.delta/],
    [{ site: 'attention.logits', structure: 'column', compensation: 'inverse' }, /compensation must be "none"/],
    [{ site: 'attention.logits', structure: 'row' }, /every key from a query/],
    [{ site: 'attention.weights', structure: 'head', compensation: 'normalised-stop' }, /every key from a query/],
    [{ site: 'output', structure: 'column' }, /allowed: element, example/],
    [{ site: 'attention.weights', structure: 'element', law: 'gaussian' }, /may be negative/],
    [{ site: 'ffn.hidden', structure: 'span', law: 'gaussian' }, /has no spans/],
    [{ site: 'lora.input', structure: 'element', law: 'gaussian', compensation: 'inverse' }, /must be "none"/],
    [{ site: 'lora.input', structure: 'element', p: 1 }, /\[0, 1\); got 1/],
    [{ site: 'lora.input', structure: 'element', p: { byLayer: [] } }, /\[0, 1\); got none/],
  ])('%o', (part, reason) => {
    expect(refusal(noiseOf(part))).toMatch(reason);
    expect(() => checkNoise([noiseOf(part)], 'dropout')).toThrow(reason);
    const config = { name: 'custom', noise: [noiseOf(part)] };
    if (part.p === undefined) expect(() => methods.parse(config)).toThrow(/key "noise.0": /);
  });
});

it('every other point can be reached from a config', () => {
  let points = 0;
  for (const site of SITES)
    for (const structure of STRUCTURES)
      for (const compensation of COMPENSATIONS) {
        const noise = noiseOf({ site, structure, compensation });
        if (refusal(noise)) continue;
        points++;
        expect(methods.build(methods.parse({ name: 'custom', noise: [noise] })).noise).toEqual([noise]);
      }
  // tokens: 5 structures x 2 compensations at 6 sites; matrices: 3 x 2 at 2; logits: 3; weights: 6
  // x 2 + 3 x 2; output: 2 x 2.
  expect(points).toBe(60 + 12 + 3 + 18 + 4);
});
