import { noNoise, type LinearSpec, type Perturb } from '@lab/adapter';
import { fold } from '@lab/random';
import { tf } from '@lab/engine';
import { assert, beforeAll, describe, expect, it } from 'vitest';
import {
  drawMasks,
  meanFieldScale,
  mergeFactor,
  methods,
  perturbWith,
  planMasks,
  type Noise,
  type PlannedMask,
} from '../src/index.ts';
import { branch, given } from './branch.ts';
import { B, context, DEPTH, entry, maskList, noiseOf, R, root, T, toTensors, uses, WIDTH } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const place = { path: 'layer.0.linear', layer: 0 };
const noiseFor = (options: object = {}): readonly Noise[] =>
  methods.build(methods.parse({ name: 'lora-dropout', ...options })).noise;

/** One masked forward pass of the branch. */
const masked = (noise: readonly Noise[], i: number): Float32Array =>
  tf.tidy(() => {
    const plan = planMasks(noise, uses, DEPTH);
    const perturb = perturbWith(plan, toTensors(drawMasks(plan, fold(root, i), context)));
    const [x, A, Bm] = [given('x', [B, T, WIDTH]), given('A', [R, WIDTH]), given('B', [6, R])];
    return branch(x, A, Bm, place, perturb).dataSync<'float32'>();
  });

const scaleOf = (noise: readonly Noise[]): Perturb => {
  const scale = meanFieldScale(noise, DEPTH);
  assert(scale);
  return scale;
};

const withScale = (noise: readonly Noise[]): Float32Array =>
  tf.tidy(() => {
    const [x, A, Bm] = [given('x', [B, T, WIDTH]), given('A', [R, WIDTH]), given('B', [6, R])];
    return branch(x, A, Bm, place, scaleOf(noise)).dataSync<'float32'>();
  });

/** Mean over draws against a prediction, entry by entry, within 4.5 measured standard errors. */
const expectMean = (sample: (i: number) => ArrayLike<number>, predicted: ArrayLike<number>, draws: number): void => {
  const samples = Array.from({ length: draws }, (_, i) => sample(i));
  for (let j = 0; j < predicted.length; j++) {
    const values = samples.map((one) => entry(one, j));
    const mean = values.reduce((a, b) => a + b, 0) / draws;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / draws;
    expect(Math.abs(mean - entry(predicted, j))).toBeLessThanOrEqual(4.5 * Math.sqrt(variance / draws) + 1e-6);
  }
};

describe('LoRA Dropout, Eq. 2', () => {
  const p = 0.3;

  /** The masks of A and of B of one draw. */
  const pairOf = (masks: readonly PlannedMask[], i: number) => {
    const [a, b] = maskList(masks, fold(root, i), context);
    assert(a && b);
    return { mA: (j: number) => entry(a.data, j), mB: (j: number) => entry(b.data, j) };
  };
  const plannedAt = (options: object) =>
    planMasks(noiseFor(options), uses, DEPTH).filter((m) => m.place.path === place.path);

  it('an entry of B A is dropped with probability 2p - p^2', () => {
    const product = (i: number) => {
      const { mA, mB } = pairOf(plannedAt({ p }), i);
      return Array.from({ length: 6 * WIDTH }, (_, j) => 1 - mB(Math.floor(j / WIDTH)) * mA(j % WIDTH));
    };
    expectMean(product, new Array<number>(6 * WIDTH).fill(2 * p - p ** 2), 3000);
  });

  it.each([0.1, 0.5])('E ||B A masked||^2 = (1-p)^2 ||B A||^2 at p = %d', (rate) => {
    // B A, [6, WIDTH].
    const whole = tf.matMul(given('B', [6, R]), given('A', [R, WIDTH])).dataSync<'float32'>();
    const norm = (mA: (c: number) => number, mB: (o: number) => number) =>
      whole.reduce((sum, value, j) => sum + mB(Math.floor(j / WIDTH)) * mA(j % WIDTH) * value ** 2, 0);
    const all = () => 1;
    const masks = plannedAt({ p: rate });
    expectMean(
      (i) => {
        const { mA, mB } = pairOf(masks, i);
        return [norm(mA, mB)];
      },
      [(1 - rate) ** 2 * norm(all, all)],
      3000,
    );
  });

  it('the masked branch is diag(m_B) B A diag(m_A) x, for both scopes', () => {
    const [x, A, Bm] = [given('x', [B, T, WIDTH]), given('A', [R, WIDTH]), given('B', [6, R])].map((t) => t.dataSync());
    assert(x && A && Bm);
    for (const scope of ['batch', 'example'] as const) {
      const { mA, mB } = pairOf(plannedAt({ p, scope }), 7);
      const out = masked(noiseFor({ p, scope }), 7);
      let at = 0;
      for (let token = 0; token < B * T; token++) {
        const row = scope === 'batch' ? 0 : Math.floor(token / T);
        const low = [0, 1].map((k) =>
          [0, 1, 2, 3].reduce(
            (sum, c) => sum + entry(A, k * WIDTH + c) * mA(row * WIDTH + c) * entry(x, token * WIDTH + c),
            0,
          ),
        );
        for (let o = 0; o < 6; o++) {
          const up = low.reduce((sum, value, k) => sum + entry(Bm, o * R + k) * value, 0);
          expect(out[at++]).toBeCloseTo(mB(row * 6 + o) * up, 4);
        }
      }
    }
  });

  it.each([{ scope: 'batch' }, { scope: 'example' }, { compensate: true }, { p: { byLayer: [0.5, 0.1] } }])(
    'the expected masked update is the mean-field pass: %o',
    (options) => {
      const noise = noiseFor({ p, ...options });
      expectMean((i) => masked(noise, i), withScale(noise), 1500);
    },
  );

  it('that pass is (1-p)^2 times the whole update', () => {
    const whole = withScale([]);
    withScale(noiseFor({ p })).forEach((v, i) => expect(v).toBeCloseTo((1 - p) ** 2 * entry(whole, i), 5));
  });
});

describe('mean-field', () => {
  it('is the deterministic pass where means are 1, and undefined where the update is not linear in the masks', () => {
    expect(meanFieldScale([], DEPTH)).toBe(noNoise);
    expect(meanFieldScale(noiseFor({ compensate: true }), DEPTH)).toBe(noNoise);
    expect(meanFieldScale([noiseOf({ site: 'lora.rank', structure: 'element', p: 0 })], DEPTH)).toBe(noNoise);
    for (const site of ['attention.logits', 'ffn.hidden', 'embedding'] as const)
      expect(meanFieldScale([noiseOf({ site, structure: 'element' })], DEPTH)).toBeUndefined();
    expect(meanFieldScale([noiseOf({ site: 'lora.input', structure: 'span' })], DEPTH)).toBeUndefined();
  });

  it('takes the rate that training ends with, on the layers that the noise acts on', () => {
    const noise = [
      noiseOf({
        site: 'lora.delta',
        structure: 'example',
        p: { from: 0.1, to: 0.5, curve: 'linear' },
        layers: 'latter-half',
      }),
    ];
    const scale = scaleOf(noise);
    const at = (layer: number) => scale('lora.delta', { path: 'p', layer }, tf.scalar(1)).dataSync()[0];
    expect([at(0), at(1)]).toEqual([1, 0.5]);
    expect(scale('lora.A', { path: 'p', layer: 1 }, tf.scalar(1)).dataSync()[0]).toBe(1);
  });

  describe('merging', () => {
    const build = (options: object) => methods.build(methods.parse({ name: 'lora-dropout', p: 0.3, ...options }));
    const on = (more: Partial<LinearSpec> = {}) => ({ ...place, per: 'token', ...more }) as const;

    it('is defined for it and for the deterministic pass, and refused for an ensemble', () => {
      expect(mergeFactor(build({ evaluate: 'deterministic' }), on(), DEPTH)).toBe(1);
      expect(mergeFactor(build({ evaluate: 'mean-field' }), on(), DEPTH)).toBeCloseTo(0.49, 12);
      expect(() => mergeFactor(build({}), on(), DEPTH)).toThrow(/no single merged matrix/);
    });

    it('of a map that carries relative positions takes only what reaches them', () => {
      const [matrices, values] = [
        build({ evaluate: 'mean-field' }),
        build({ evaluate: 'mean-field', scope: 'example' }),
      ];
      for (const spec of [on({ per: 'position' }), on({ positions: true })])
        expect(mergeFactor(matrices, spec, DEPTH)).toBeCloseTo(0.49, 12);
      expect(mergeFactor(values, on({ per: 'position' }), DEPTH)).toBe(1);
      expect(() => mergeFactor(values, on({ positions: true }), DEPTH)).toThrow(/also carries relative positions/);
    });
  });
});
