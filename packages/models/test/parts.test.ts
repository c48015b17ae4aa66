import { BadInput } from '@lab/records';
import { tf } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { logBucket, skew } from '../src/families/deberta/relative.ts';
import { ropeFrequencies } from '../src/parts/rope.ts';
import { models } from '../src/index.ts';
import { ACTIVATIONS } from '../src/parts/activations.ts';
import { causalBias, group, HIDDEN } from '../src/parts/attention.ts';
import { lastToken, maskedMean } from '../src/parts/pool.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('log buckets', () => {
  it('are the reference’s', () => {
    // make_log_bucket_position of transformers 5.17 at distances 0 .. 11 for 6 buckets and 12
    // positions, and spots of 256 and 512.
    const small = Array.from({ length: 12 }, (_, d) => logBucket(d, 6, 12));
    expect(small).toEqual([0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 5, 5]);
    expect([1, 127, 128, 129, 200, 300, 510, 511].map((d) => logBucket(d, 256, 512))).toEqual([
      1, 127, 128, 129, 169, 207, 255, 255,
    ]);
  });

  it('are odd in the distance', () => {
    for (let d = 1; d < 512; d++) expect(logBucket(-d, 256, 512)).toBe(-logBucket(d, 256, 512));
  });
});

describe('skew', () => {
  it.each([1, 2, 5])('reads column j - i + T - 1 of row i, T = %i', (T) => {
    const values = Array.from({ length: T * (2 * T - 1) }, (_, n) => n);
    const computed = tf.tidy(() => skew(tf.tensor4d(values, [1, 1, T, 2 * T - 1])).arraySync());
    for (let i = 0; i < T; i++)
      for (let j = 0; j < T; j++) expect(computed[0]![0]![i]![j]).toBe(i * (2 * T - 1) + j - i + T - 1);
  });
});

describe('masks and pooling', () => {
  it('hide padding and later keys', () => {
    const bias = tf.tidy(() => causalBias(tf.tensor2d([[1, 1, 0]])).arraySync());
    expect(bias[0]![0]).toEqual([
      [0, HIDDEN, 2 * HIDDEN].map(Math.fround),
      [0, 0, 2 * HIDDEN].map(Math.fround),
      [0, 0, HIDDEN].map(Math.fround),
    ]);
  });

  it('take the last valid token, and the mean of valid ones', () => {
    tf.tidy(() => {
      const hidden = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 1]);
      const valid = tf.tensor2d([1, 1, 0, 0, 1, 1, 1, 1], [2, 4]);
      expect([...lastToken(hidden, valid).dataSync()]).toEqual([2, 8]);
      expect([...maskedMean(hidden, valid).dataSync()]).toEqual([1.5, 6.5]);
      expect([...lastToken(tf.tensor3d([9], [1, 1, 1]), tf.tensor2d([[1]])).dataSync()]).toEqual([9]);
    });
  });

  it('put the queries of a group one below the other', () => {
    const computed = tf.tidy(() => group(tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 4, 2, 1]), 2).arraySync());
    expect(computed[0]!.map((rows) => rows.map(([x]) => x))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });
});

describe('activations', () => {
  it.each([
    // x = 1: Φ(1) = 0.8413447461; tanh form by hand; 1 / (1 + 1/e).
    ['gelu', 0.8413447],
    ['gelu_new', 0.841192],
    ['gelu_fast', 0.841192],
    ['quick_gelu', 0.845796],
    ['relu', 1],
    ['silu', 0.7310586],
    ['tanh', 0.7615942],
  ] as const)('%s', (name, expected) => {
    expect(tf.tidy(() => ACTIVATIONS[name](tf.scalar(1)).dataSync()[0])).toBeCloseTo(expected, 5);
  });
});

describe('rotary frequencies', () => {
  it('fall from 1 by powers of theta, and are divided by a linear factor', () => {
    expect(ropeFrequencies({ rope_theta: 100 }, 4, 8, 'x')).toEqual([1, 0.1]);
    expect(ropeFrequencies({ rope_theta: 100, rope_type: 'linear', factor: 4 }, 4, 8, 'x')).toEqual([0.25, 0.025]);
  });
});

describe('the catalogue', () => {
  it('refuses unknown names and options with the allowed ones', () => {
    expect(() => models.parse({ name: 'roberta-larg' })).toThrow(BadInput);
    expect(() => models.parse({ name: 'roberta-larg' })).toThrow('did you mean "roberta-large"?');
    expect(() => models.parse({ name: 'bert', pooling: 'last' })).toThrow(/key "pooling".*"pooler"/);
    expect(() => models.parse({ name: 'bert', lm: true })).toThrow('unknown key "lm"');
  });

  it('pools MiniLM as it was trained', () => {
    expect(models.parse({ name: 'minilm' })).toEqual({ name: 'minilm', pooling: 'mean' });
  });
});
