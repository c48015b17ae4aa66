import { fold } from '@lab/random';
import { assert, beforeAll, describe, expect, it } from 'vitest';
import { tf } from '@lab/engine';
import { planMasks, type Noise } from '../src/index.ts';
import { context, DEPTH, entry, maskList, noiseOf, points, root, spread, uses } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const named = (noise: Noise) =>
  [`${noise.site} ${noise.structure} ${noise.compensation} ${noise.scope} ${noise.law ?? ''}`, noise] as const;

describe('what is shared', () => {
  it.each(points.map(named))('%s', (_name, noise) => {
    const [planned] = planMasks([noise], uses, DEPTH);
    assert(planned);
    const { valueShape, maskShape } = planned;
    const full = { ...context, lengths: Int32Array.of(5, 5, 5) };
    const strides = valueShape.map((_, i) => valueShape.slice(i + 1).reduce((a, b) => a * b, 1));
    const differs = valueShape.map(() => false);
    for (let i = 0; i < 60; i++) {
      const [drawn] = maskList([planned], fold(root, i), full);
      assert(drawn);
      const mask = spread(drawn, valueShape);
      valueShape.forEach((n, axis) => {
        mask.forEach((k, at) => {
          const position = Math.floor(at / entry(strides, axis)) % n;
          if (position > 0 && k !== mask[at - entry(strides, axis)]) differs[axis] = true;
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
    other.forEach(({ data }, i) => expect(data).not.toEqual(masks[i]?.data));
    // Noise elsewhere does not change a mask.
    expect(maskList(planMasks(noise.slice(1), uses, DEPTH), root, context)[0]).toEqual(
      masks.find(({ name }) => name === 'mask/ffn.hidden/layer.0.block'),
    );
  });
});
