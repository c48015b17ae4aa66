import { SITES } from '@lab/adapter';
import { fold } from '@lab/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '@lab/engine';
import {
  drawMasks,
  keepLaw,
  needsKey,
  planMasks,
  refusal,
  type DrawContext,
  type Noise,
  type PlannedMask,
} from '../src/index.ts';
import { COMPENSATIONS, STRUCTURES } from '../src/types.ts';
import { context, DEPTH, noiseOf, root, spread, uses } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const DRAWS = 1500;

/** Every point of site x structure x compensation x scope that means something. */
const points: readonly Noise[] = SITES.flatMap((site) =>
  STRUCTURES.flatMap((structure) =>
    COMPENSATIONS.flatMap((compensation) =>
      (['batch', 'example'] as const).map((scope) => noiseOf({ site, structure, compensation, scope })),
    ),
  ),
).filter((noise) => refusal(noise) === undefined);

const named = (noise: Noise) =>
  [`${noise.site} ${noise.structure} ${noise.compensation} ${noise.scope}`, noise] as const;

const sampled = (planned: PlannedMask, given: DrawContext): { mean: Float64Array; kept: number[] } => {
  const size = planned.maskShape.reduce((a, b) => a * b, 1);
  const mean = new Float64Array(size);
  const kept = Array.from({ length: DRAWS }, (_, i) => {
    const { keep } = drawMasks([planned], fold(root, i), given)[0]!;
    keep.forEach((k, j) => (mean[j]! += k / DRAWS));
    return keep.reduce((a, b) => a + b, 0);
  });
  return { mean, kept };
};

// Where masks do not differ in law by compensation, one of them is enough.
const laws = points.filter(
  ({ compensation, site }) =>
    compensation !== 'inverse' && (site !== 'attention.weights' || compensation !== 'normalised'),
);

describe.each([false, true])('mean of every mask against its law, causal: %s', (causal) => {
  it.each(laws.filter((n) => !causal || n.site.startsWith('attention')).map(named))('%s', (_name, noise) => {
    const given = { ...context, causal };
    const planned = planMasks([noise], uses, DEPTH)[0]!;
    const { mean, kept } = sampled(planned, given);
    const law = keepLaw(planned, given);
    // The whole mask within 4.5 standard errors; its single entries, some thousands in this file, within 5.5 (chance 2e-4 in all).
    const expected = law.reduce((a, b) => a + b, 0);
    const spread2 = kept.reduce((sum, k) => sum + (k - expected) ** 2, 0) / DRAWS;
    const average = kept.reduce((a, b) => a + b, 0) / DRAWS;
    expect(Math.abs(average - expected)).toBeLessThanOrEqual(4.5 * Math.sqrt(spread2 / DRAWS) + 1e-12);
    law.forEach((q, i) => {
      const standardError = Math.sqrt((q * (1 - q)) / DRAWS);
      expect(Math.abs(mean[i]! - q), `entry ${i} of law ${q}`).toBeLessThanOrEqual(5.5 * standardError + 1e-12);
    });
  });
});

describe('variance of the number of kept entries', () => {
  const free = laws.filter((noise) => !needsKey(noise) && noise.structure !== 'span');
  it.each(free.map(named))('%s: independent entries', (_name, noise) => {
    const planned = planMasks([noise], uses, DEPTH)[0]!;
    const law = keepLaw(planned, context);
    const variance = law.reduce((sum, q) => sum + q * (1 - q), 0);
    // Fourth central moment of a sum of independent coins: its own kurtosis beside the normal part.
    const fourth = law.reduce((sum, q) => sum + q * (1 - q) * (1 - 6 * q * (1 - q)), 0) + 3 * variance ** 2;
    const { kept } = sampled(planned, context);
    const expected = law.reduce((a, b) => a + b, 0);
    const measured = kept.reduce((sum, k) => sum + (k - expected) ** 2, 0) / DRAWS;
    expect(Math.abs(measured - variance)).toBeLessThanOrEqual(4.5 * Math.sqrt((fourth - variance ** 2) / DRAWS));
  });
});

describe('what is shared', () => {
  it.each(points.map(named))('%s', (_name, noise) => {
    const planned = planMasks([noise], uses, DEPTH)[0]!;
    const { valueShape, maskShape } = planned;
    const full = { ...context, lengths: Int32Array.of(5, 5, 5) };
    const strides = valueShape.map((_, i) => valueShape.slice(i + 1).reduce((a, b) => a * b, 1));
    const differs = valueShape.map(() => false);
    for (let i = 0; i < 60; i++) {
      const mask = spread(drawMasks([planned], fold(root, i), full)[0]!, valueShape);
      valueShape.forEach((n, axis) => {
        mask.forEach((k, at) => {
          const position = Math.floor(at / strides[axis]!) % n;
          if (position > 0 && k !== mask[at - strides[axis]!]) differs[axis] = true;
        });
      });
    }
    expect(differs).toEqual(maskShape.map((n) => n > 1));
  });

  it('layers and sites have masks of their own, and the same key the same ones', () => {
    const noise = (['lora.input', 'ffn.hidden'] as const).map((site) => noiseOf({ site, structure: 'element' }));
    const plan = planMasks([...noise, ...noise], uses, DEPTH);
    const masks = drawMasks(plan, root, context);
    expect(masks.map(({ name }) => name)).toContain('keep/ffn.hidden/layer.1.block#1');
    const seen = new Set(masks.map(({ keep }) => keep.join('')));
    expect(seen.size).toBe(8);
    expect(drawMasks(plan, root, context)).toEqual(masks);
    const other = drawMasks(plan, fold(root, 'other'), context);
    other.forEach(({ keep }, i) => expect(keep).not.toEqual(masks[i]!.keep));
    // Noise elsewhere does not change a mask.
    expect(drawMasks(planMasks([noise[1]!], uses, DEPTH), root, context)[0]).toEqual(
      masks.find(({ name }) => name === 'keep/ffn.hidden/layer.0.block'),
    );
  });
});
