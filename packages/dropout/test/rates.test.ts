import { fold } from '@lab/random';
import { tf } from '@lab/engine';
import { beforeAll, expect, it } from 'vitest';
import { drawMasks, perturbWith, planMasks, rateAt, type Noise, type Rate } from '../src/index.ts';
import { context, DEPTH, entry, maskList, noiseOf, root, toTensors, uses } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

it('rates by layer and by progress', () => {
  expect(rateAt({ byLayer: [0.1, 0.4] }, 1, 0)).toBe(0.4);
  expect(rateAt({ byLayer: [0.1, 0.4] }, 2, 0)).toBe(0.4);
  const linear: Rate = { from: 0.1, to: 0.5, curve: 'linear' };
  [0.1, 0.3, 0.5].forEach((p, i) => expect(rateAt(linear, 0, i / 2)).toBeCloseTo(p, 12));
  expect(rateAt({ from: 0, to: 0.4, curve: 'cosine' }, 0, 1 / 3)).toBeCloseTo(0.1, 12);
});

it('a rate of 0 plans nothing, by layer too; a layer list picks layers', () => {
  const names = (p: Rate, layers: 'all' | 'latter-half' | number[] = 'all') =>
    planMasks([noiseOf({ site: 'lora.A', structure: 'column', p, layers })], uses, DEPTH).map(
      ({ place }) => place.layer,
    );
  expect(names(0)).toEqual([]);
  expect(names({ byLayer: [0, 0] })).toEqual([]);
  expect(names({ byLayer: [0, 0.2] })).toEqual([1]);
  expect(names({ from: 0, to: 0.2, curve: 'linear' })).toEqual([0, 1]);
  expect(names(0.1, 'latter-half')).toEqual([1]);
  expect(names(0.1, [0])).toEqual([0]);
});

it('refuses noise that would act nowhere or beyond the model', () => {
  const plan =
    (part: Parameters<typeof noiseOf>[0], given = uses) =>
    () =>
      planMasks([noiseOf(part)], given, DEPTH);
  expect(
    plan(
      { site: 'lora.A', structure: 'column' },
      uses.filter(({ site }) => site === 'output'),
    ),
  ).toThrow(/would act nowhere; this model and adapter offer the sites output/);
  expect(plan({ site: 'lora.A', structure: 'column', layers: [2] })).toThrow(
    /no layer 2; the model's layers are 0 to 1/,
  );
  expect(plan({ site: 'lora.A', structure: 'column', p: { byLayer: [0.1] } })).toThrow(
    /byLayer lists 1 rates, but the model has 2 layers/,
  );
});

it('a schedule moves the masks and the compensation', () => {
  const p: Rate = { from: 0.2, to: 0.6, curve: 'linear' };
  const plan = planMasks(
    [noiseOf({ site: 'ffn.hidden', structure: 'element', compensation: 'inverse', p })],
    uses,
    DEPTH,
  );
  for (const progress of [0, 0.5, 1]) {
    const rate = rateAt(p, 0, progress);
    const drawn = drawMasks(plan, root, { ...context, progress });
    expect(drawn['rate/ffn.hidden']).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(rate) });
    const mask = drawn['mask/ffn.hidden/layer.0.block'];
    const out = perturbWith(plan, toTensors(drawn))(
      'ffn.hidden',
      { path: 'layer.0.block', layer: 0 },
      tf.ones([3, 5, 4]),
    ).dataSync();
    out.forEach((v, i) => expect(v).toBeCloseTo(entry(mask?.data ?? [], i) / (1 - rate), 5));
  }
  const uncompensated = planMasks([noiseOf({ site: 'ffn.hidden', structure: 'element', p })], uses, DEPTH);
  expect(Object.keys(drawMasks(uncompensated, root, context))).not.toContain('rate/ffn.hidden');
});

it('under one key what is dropped at some rate is dropped at every larger one', () => {
  const at = (p: number) => {
    const plan = planMasks([noiseOf({ site: 'ffn.hidden', structure: 'element', p })], uses, DEPTH);
    return Object.values(drawMasks(plan, root, context)).flatMap(({ data }) => [...data]);
  };
  const [low, high] = [at(0.2), at(0.5)];
  low.forEach((keep, i) => expect(entry(high, i)).toBeLessThanOrEqual(keep));
  expect(low).not.toEqual(high);
});

it('masks are those of every stored result: a change here changes them all', () => {
  const drawn = (noise: Noise) =>
    maskList(planMasks([noise], uses, DEPTH).slice(0, 1), fold(root, 'stored'), context)[0]?.data.join('');
  expect(drawn(noiseOf({ site: 'ffn.hidden', structure: 'element', p: 0.3 }))).toBe(
    '011000101011101111101110001111010011010101110110001111111111',
  );
  expect(drawn(noiseOf({ site: 'ffn.hidden', structure: 'span', p: 0.3 }))).toBe('100110111101111');
  expect(drawn(noiseOf({ site: 'attention.logits', structure: 'column', p: 0.7 }))).toBe(
    '001001110101000101101101011000',
  );
});
