import type { TokenBatch } from '@lab/adapter';
import type { TaskKind } from '@lab/metrics';
import { floats, ints, type Float32HostArray, type Int32HostArray, type tf } from '@lab/engine';
import { lengthOf, rowAt, type Row } from '../session/rows.ts';
import { bucketFor, type BatchShape } from '../session/shape.ts';
import { sequenceOf } from '../session/text-rows.ts';

/**
 * One batch as a program reads it. labels, weights: [B], or [R * T] for texts; weights sum to one.
 */
export type BatchTensors = TokenBatch & { readonly labels: tf.Tensor1D; readonly weights: tf.Tensor1D };

/** The same on the host. */
export interface BatchArrays {
  readonly ids: Int32HostArray;
  readonly valid: Float32HostArray;
  readonly extra: { readonly [name: string]: Int32HostArray };
  readonly labels: Float32HostArray | Int32HostArray;
  readonly weights: Float32HostArray;
}

/**
 * A batch on the host. Rows beyond the examples given are padding with weight 0, so that shapes
 * repeat.
 */
export interface Batch {
  readonly arrays: BatchArrays;
  readonly shape: BatchShape;
  /** Tokens of each row before padding; padding rows count one token. */
  readonly lengths: Int32Array;
  /** Indices of the examples, in batch order. */
  readonly indices: readonly number[];
}

/** How batches are made. */
export interface BatchSetting {
  /** Examples of a batch. */
  readonly size: number;
  readonly maxTokens: number;
  readonly task: TaskKind;
}

/**
 * The token ids of `chosen`, padded to one length; the first texts of pairs before the second ones.
 */
const tokensOf = (chosen: readonly Row[], size: number, maxTokens: number) => {
  const parts = chosen[0]?.encoded.length ?? 1;
  const shape = { rows: size * parts, tokens: bucketFor(Math.max(...chosen.map(lengthOf)), maxTokens) };
  const { rows, tokens } = shape;
  const [ids, types] = [new Int32Array(rows * tokens), new Int32Array(rows * tokens)];
  const valid = new Float32Array(rows * tokens);
  const lengths = new Int32Array(rows).fill(1);
  chosen.forEach(({ encoded }, b) =>
    encoded.forEach((text, part) => {
      const row = part * size + b;
      ids.set(text.ids, row * tokens);
      if (text.types) types.set(text.types, row * tokens);
      lengths[row] = text.ids.length;
    }),
  );
  lengths.forEach((length, row) => valid.fill(1, row * tokens, row * tokens + length));
  const typed = chosen.some(({ encoded }) => encoded.some((text) => text.types));
  const axes = [rows, tokens];
  const extra = typed ? { types: ints(types, axes) } : {};
  return { shape, lengths, arrays: { ids: ints(ids, axes), valid: floats(valid, axes), extra } };
};

/** The label of every example and equal weights that sum to one over the examples, both [size]. */
const exampleTargets = (chosen: readonly Row[], { size, task }: BatchSetting) => {
  const label = (_: unknown, b: number): number => chosen[b]?.example.label ?? 0;
  const weights = Float32Array.from({ length: size }, (_, b) => (b < chosen.length ? 1 / chosen.length : 0));
  const labels =
    task.kind === 'classification'
      ? ints(Int32Array.from({ length: size }, label))
      : floats(Float32Array.from({ length: size }, label));
  return { labels, weights: floats(weights) };
};

/**
 * Labels and weights of a batch of texts, both [R * T]: at each place the next token, and a weight
 * where that token is the reference's. Weights sum to one over the reference tokens of all rows.
 */
export const textTargets = (
  rows: readonly Row[],
  shape: BatchShape,
): { readonly labels: Int32HostArray; readonly weights: Float32HostArray } => {
  const { rows: size, tokens } = shape;
  const labels = new Int32Array(size * tokens);
  const weights = new Float32Array(size * tokens);
  const sequences = rows.map(sequenceOf);
  const total = sequences.reduce((sum, { ids, targetFrom }) => sum + ids.length - targetFrom, 0);
  sequences.forEach(({ ids, targetFrom }, row) => {
    labels.set(ids.subarray(1), row * tokens);
    weights.fill(1 / Math.max(1, total), row * tokens + targetFrom - 1, row * tokens + ids.length - 1);
  });
  return { labels: ints(labels), weights: floats(weights) };
};

/** The batch of `size` examples (padded with weight 0) at `indices`. */
export const makeBatch = (rows: readonly Row[], indices: readonly number[], setting: BatchSetting): Batch => {
  const { size, maxTokens, task } = setting;
  const chosen = indices.map((i) => rowAt(rows, i));
  const { shape, lengths, arrays } = tokensOf(chosen, size, maxTokens);
  const targets = task.kind === 'text-to-text' ? textTargets(chosen, shape) : exampleTargets(chosen, setting);
  return { arrays: { ...arrays, ...targets }, shape, lengths, indices };
};
