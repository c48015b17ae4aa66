import { itemAt, present } from '@lab/records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunks, evaluationOrder, type Row } from '../src/session/rows/rows.ts';
import { bucketFor } from '../src/session/shape.ts';
import { makeBatch, paddedBatch } from '../src/step/batch.ts';

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

  it('gives places beyond the examples the weight 0, and weights that sum to one', () => {
    for (const make of [makeBatch, paddedBatch]) {
      const batch = make([row(3, 1), row(5)], [1, 0], { size: 4, maxTokens: 48, task });
      expect(Array.from(batch.arrays.weights.data)).toEqual([0.5, 0.5, 0, 0]);
      expect(Array.from(batch.arrays.labels.data)).toEqual([0, 1, 0, 0]);
      expect(Array.from(batch.lengths)).toEqual([5, 3, 1, 1]);
    }
    const { arrays } = paddedBatch([row(3, 1), row(5)], [1, 0], { size: 4, maxTokens: 48, task });
    expect(arrays.ids.shape).toEqual([4, 8]);
    expect(Array.from(arrays.valid.data.slice(8, 16))).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('puts the first texts of pairs before the second ones', () => {
    for (const make of [makeBatch, paddedBatch]) {
      const { arrays, starts } = make([row(2, 0, 2), row(2, 1, 2)], [0, 1], { size: 2, maxTokens: 48, task });
      expect(Array.from(starts, (start) => arrays.ids.data[start])).toEqual([1, 1, 11, 11]);
    }
  });

  it('packed: every token has a row and a slot of its own, and what has no token points at nothing', () => {
    const lengthsOf = fc.array(fc.integer({ min: 1, max: 48 }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(lengthsOf, (lengths) => {
        const rows = lengths.map((length) => row(length));
        const indices = lengths.map((_, i) => i);
        const batch = makeBatch(rows, indices, { size: 16, maxTokens: 48, task });
        const { ids, valid, packing } = batch.arrays;
        const { slots, rows: slotOf, positions } = present(packing);
        const tokens = lengths.reduce((a, b) => a + b);
        expect(valid.data.reduce((a, b) => a + b)).toBe(tokens);
        const full = Object.values(present(packing).valid).flatMap(({ data }) => [...data]);
        expect(full.reduce((a, b) => a + b)).toBe(tokens);
        valid.data.forEach((isToken, r) => {
          const slot = itemAt(slotOf.data, r);
          // Both ways for a token; without one never at a slot that has one.
          expect(itemAt(full, slot)).toBe(isToken);
          if (isToken) expect(itemAt(slots.data, slot)).toBe(r);
        });
        full.forEach((isToken, slot) => expect(itemAt(valid.data, itemAt(slots.data, slot))).toBe(isToken));
        lengths.forEach((length, i) => {
          const start = itemAt(batch.starts, i);
          expect([...ids.data.subarray(start, start + length)]).toEqual([...present(rows[i]?.encoded[0]).ids]);
          expect([...positions.data.subarray(start, start + length)]).toEqual(Array.from({ length }, (_, t) => t));
        });
      }),
    );
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
