import type { HostArray } from '@lab/engine';
import type { Sentences } from './material.ts';

/** Sentences padded to one length, as arrays for a program. */
export interface Batch {
  readonly arrays: { readonly [name: string]: HostArray };
  readonly lengths: Int32Array;
  readonly rows: number;
  readonly tokens: number;
}

const granule = 8;

/**
 * The sentences at `indices` as one batch: `ids`, `valid`, `labels` and equal `weights` that sum to
 * one. Padded to a multiple of eight, cut at `longest` tokens. An empty sentence counts as one
 * padding token.
 */
export const batchOf = ({ encoded, labels }: Sentences, indices: readonly number[], longest: number): Batch => {
  const texts = indices.map((i) => encoded[i]!.ids.subarray(0, longest));
  const lengths = Int32Array.from(texts, (ids) => Math.max(1, ids.length));
  const tokens = Math.min(longest, Math.ceil(Math.max(...lengths) / granule) * granule);
  const rows = texts.length;
  const [ids, valid] = [new Int32Array(rows * tokens), new Float32Array(rows * tokens)];
  texts.forEach((text, row) => {
    ids.set(text, row * tokens);
    valid.fill(1, row * tokens, row * tokens + lengths[row]!);
  });
  return {
    arrays: {
      ids: { dtype: 'int32', shape: [rows, tokens], data: ids },
      valid: { dtype: 'float32', shape: [rows, tokens], data: valid },
      labels: { dtype: 'int32', shape: [rows], data: Int32Array.from(indices, (i) => labels[i]!) },
      weights: { dtype: 'float32', shape: [rows], data: new Float32Array(rows).fill(1 / rows) },
    },
    lengths,
    rows,
    tokens,
  };
};

/** 0, 1, …, n - 1. */
export const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
