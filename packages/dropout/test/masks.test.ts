import { SITES } from '@lab/adapter';
import { fold } from '@lab/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '@lab/engine';
import { planMasks, refusal, type Noise } from '../src/index.ts';
import { COMPENSATIONS, STRUCTURES } from '../src/types.ts';
import { context, DEPTH, maskList, noiseOf, root, spread, uses } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

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

describe('what is shared', () => {
  it.each(points.map(named))('%s', (_name, noise) => {
    const planned = planMasks([noise], uses, DEPTH)[0]!;
    const { valueShape, maskShape } = planned;
    const full = { ...context, lengths: Int32Array.of(5, 5, 5) };
    const strides = valueShape.map((_, i) => valueShape.slice(i + 1).reduce((a, b) => a * b, 1));
    const differs = valueShape.map(() => false);
    for (let i = 0; i < 60; i++) {
      const mask = spread(maskList([planned], fold(root, i), full)[0]!, valueShape);
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
    const masks = maskList(plan, root, context);
    expect(masks.map(({ name }) => name)).toContain('mask/ffn.hidden/layer.1.block#1');
    const seen = new Set(masks.map(({ data }) => data.join('')));
    expect(seen.size).toBe(8);
    expect(maskList(plan, root, context)).toEqual(masks);
    const other = maskList(plan, fold(root, 'other'), context);
    other.forEach(({ data }, i) => expect(data).not.toEqual(masks[i]!.data));
    // Noise elsewhere does not change a mask.
    expect(maskList(planMasks([noise[1]!], uses, DEPTH), root, context)[0]).toEqual(
      masks.find(({ name }) => name === 'mask/ffn.hidden/layer.0.block'),
    );
  });
});
