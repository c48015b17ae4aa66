import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunks, evaluationOrder, type Row } from '../src/session/rows.ts';
import { bucketFor } from '../src/session/shape.ts';
import { makeBatch } from '../src/step/batch.ts';

const row = (length: number, label = 0, parts = 1): Row => ({
  example: { id: `e:${length}`, text: '', label },
  encoded: Array.from({ length: parts }, (_, part) => ({
    ids: Int32Array.from({ length }, (_, i) => 10 * part + i + 1),
  })),
});
const task = { kind: 'classification', classes: ['a', 'b'] } as const;

describe('batches', () => {
  it('pads to a bucket that holds the longest row, and to few buckets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), (longest) => {
        const bucket = bucketFor(longest, 128);
        expect(bucket).toBeGreaterThanOrEqual(longest);
        expect(bucket - longest).toBeLessThan(16);
      }),
    );
    expect(new Set(Array.from({ length: 48 }, (_, i) => bucketFor(i + 1, 48))).size).toBe(5);
  });

  it('gives rows beyond the examples the weight 0, and weights that sum to one', () => {
    const batch = makeBatch([row(3, 1), row(5)], [1, 0], { size: 4, maxTokens: 48, task });
    expect(Array.from(batch.arrays.weights.data)).toEqual([0.5, 0.5, 0, 0]);
    expect(Array.from(batch.arrays.labels.data)).toEqual([0, 1, 0, 0]);
    expect(Array.from(batch.lengths)).toEqual([5, 3, 1, 1]);
    expect(batch.arrays.ids.shape).toEqual([4, 8]);
    expect(Array.from(batch.arrays.valid.data.slice(8, 16))).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('puts the first texts of pairs before the second ones', () => {
    const batch = makeBatch([row(2, 0, 2), row(2, 1, 2)], [0, 1], { size: 2, maxTokens: 48, task });
    const ids = Array.from(batch.arrays.ids.data);
    expect([0, 1, 2, 3].map((r) => ids[r * 8])).toEqual([1, 1, 11, 11]);
  });

  it('chunks keep every index once; evaluation goes from short to long', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }), (lengths) => {
        const order = evaluationOrder(lengths.map((length) => row(length)));
        expect(
          chunks(order, 4)
            .flat()
            .toSorted((a, b) => a - b),
        ).toEqual(lengths.map((_, i) => i));
        expect(order.map((i) => lengths[i]!)).toEqual(lengths.toSorted((a, b) => a - b));
      }),
    );
  });
});
