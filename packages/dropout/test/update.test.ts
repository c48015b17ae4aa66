import { noNoise } from '@lab/adapter';
import { fold } from '@lab/random';
import { tf } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawMasks, meanFieldScale, mergeFactor, methods, perturbWith, planMasks, type Noise } from '../src/index.ts';
import { branch, given } from './branch.ts';
import { B, context, DEPTH, maskList, noiseOf, R, root, T, toTensors, uses, WIDTH } from './fixture.ts';

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
    return branch(x, A, Bm, place, perturb).dataSync() as Float32Array;
  });

const withScale = (noise: readonly Noise[]): Float32Array =>
  tf.tidy(() => {
    const [x, A, Bm] = [given('x', [B, T, WIDTH]), given('A', [R, WIDTH]), given('B', [6, R])];
    return branch(x, A, Bm, place, meanFieldScale(noise, DEPTH)!).dataSync() as Float32Array;
  });

/** Mean over draws against a prediction, entry by entry, within 4.5 measured standard errors. */
const expectMean = (sample: (i: number) => ArrayLike<number>, predicted: ArrayLike<number>, draws: number): void => {
  const sum = new Float64Array(predicted.length);
  const squares = new Float64Array(predicted.length);
  for (let i = 0; i < draws; i++) {
    const values = sample(i);
    for (let j = 0; j < sum.length; j++) {
      sum[j]! += values[j]!;
      squares[j]! += values[j]! ** 2;
    }
  }
  for (let j = 0; j < sum.length; j++) {
    const mean = sum[j]! / draws;
    const standardError = Math.sqrt(Math.max(squares[j]! / draws - mean ** 2, 0) / draws);
    expect(Math.abs(mean - predicted[j]!)).toBeLessThanOrEqual(4.5 * standardError + 1e-6);
  }
};

describe('LoRA Dropout, Eq. 2', () => {
  const p = 0.3;
  const plan = planMasks(noiseFor({ p }), uses, DEPTH).filter((m) => m.place.path === place.path);

  it('an entry of B A is dropped with probability 2p - p^2', () => {
    const product = (i: number) => {
      const [a, b] = maskList(plan, fold(root, i), context);
      return Array.from({ length: 6 * WIDTH }, (_, j) => 1 - b!.data[Math.floor(j / WIDTH)]! * a!.data[j % WIDTH]!);
    };
    expectMean(product, new Array(6 * WIDTH).fill(2 * p - p ** 2), 3000);
  });

  it.each([0.1, 0.5])('E ||B A masked||^2 = (1-p)^2 ||B A||^2 at p = %d', (rate) => {
    const [A, Bm] = [given('A', [R, WIDTH]).arraySync() as number[][], given('B', [6, R]).arraySync() as number[][]];
    const entry = (o: number, c: number) => Bm[o]!.reduce((sum, v, k) => sum + v * A[k]![c]!, 0);
    const both = planMasks(noiseFor({ p: rate }), uses, DEPTH).filter((m) => m.place.path === place.path);
    const norm = (row: ArrayLike<number>, column: ArrayLike<number>) => {
      let sum = 0;
      for (let o = 0; o < 6; o++) for (let c = 0; c < WIDTH; c++) sum += row[o]! * column[c]! * entry(o, c) ** 2;
      return sum;
    };
    const ones = new Array<number>(6).fill(1);
    expectMean(
      (i) => {
        const [a, b] = maskList(both, fold(root, i), context);
        return [norm(b!.data, a!.data)];
      },
      [(1 - rate) ** 2 * norm(ones, ones)],
      3000,
    );
  });

  it('the masked branch is diag(m_B) B A diag(m_A) x, for both scopes', () => {
    for (const scope of ['batch', 'example'] as const) {
      const noise = noiseFor({ p, scope });
      const [a, b] = maskList(
        planMasks(noise, uses, DEPTH).filter((m) => m.place.path === place.path),
        fold(root, 7),
        context,
      );
      const [x, A, Bm] = [given('x', [B, T, WIDTH]), given('A', [R, WIDTH]), given('B', [6, R])].map((t) =>
        t.arraySync(),
      ) as [number[][][], number[][], number[][]];
      const out = masked(noise, 7);
      let at = 0;
      for (let row = 0; row < B; row++) {
        const mA = (c: number) => a!.data[scope === 'batch' ? c : row * WIDTH + c]!;
        const mB = (o: number) => b!.data[scope === 'batch' ? o : row * 6 + o]!;
        for (let t = 0; t < T; t++)
          for (let o = 0; o < 6; o++) {
            const low = A.map((weights) => weights.reduce((sum, w, c) => sum + w * mA(c) * x[row]![t]![c]!, 0));
            expect(out[at++]).toBeCloseTo(mB(o) * Bm[o]!.reduce((sum, w, k) => sum + w * low[k]!, 0), 4);
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
    withScale(noiseFor({ p })).forEach((v, i) => expect(v).toBeCloseTo((1 - p) ** 2 * whole[i]!, 5));
  });
});

describe('mean-field', () => {
  it('is the deterministic pass where rates are 0 or compensated, and undefined where the update is not linear in the masks', () => {
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
    const scale = meanFieldScale(noise, DEPTH)!;
    const at = (layer: number) => scale('lora.delta', { path: 'p', layer }, tf.scalar(1)).dataSync()[0];
    expect([at(0), at(1)]).toEqual([1, 0.5]);
  });

  it('merging is defined for it and for the deterministic pass, and refused for an ensemble', () => {
    const build = (options: object) => methods.build(methods.parse({ name: 'lora-dropout', p: 0.3, ...options }));
    expect(mergeFactor(build({ evaluate: 'deterministic' }), place, DEPTH)).toBe(1);
    expect(mergeFactor(build({ evaluate: 'mean-field' }), place, DEPTH)).toBeCloseTo(0.49, 12);
    expect(() => mergeFactor(build({}), place, DEPTH)).toThrow(/no single merged matrix/);
  });
});
