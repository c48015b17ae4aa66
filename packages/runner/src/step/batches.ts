import type { Encoded, Model } from '@lab/adapter';
import type { Example } from '@lab/datasets';
import type { TaskKind } from '@lab/metrics';
import type { HostArray } from '@lab/engine';
import { textTargets, writesTexts } from '../session/causal.ts';
import type { Row } from '../session/row.ts';

/** A batch on the host. Rows beyond the examples given are padding with weight 0, so that shapes repeat. */
export interface Batch {
  readonly arrays: { readonly [name: string]: HostArray };
  /** Tokens of each row before padding; padding rows count one token. */
  readonly lengths: Int32Array;
  readonly tokens: number;
  /** Indices of the examples, in batch order. */
  readonly indices: readonly number[];
}

/** Lengths that batches are padded to: few, so that few programs are compiled. Multiples of 8 up to 32, then of 16. */
export const bucketFor = (longest: number, maxTokens: number): number => {
  const step = longest <= 32 ? 8 : longest <= 128 ? 16 : 64;
  return Math.min(Math.max(8, Math.ceil(longest / step) * step), Math.max(maxTokens, longest));
};

/** Tokenizes examples for a model, at most `maxTokens` tokens a row. An empty text becomes a single padding token. */
export const encodeRows = (
  model: Model,
  examples: readonly Example[],
  biEncoder: boolean,
  maxTokens: number,
): readonly Row[] => {
  const encode = (text: string, pair?: string): Encoded => {
    const encoded = model.tokenize(text, pair, maxTokens);
    return encoded.ids.length === 0 ? { ids: new Int32Array(1) } : encoded;
  };
  return examples.map((example) => ({
    example,
    encoded: biEncoder ? [encode(example.text), encode(example.pair ?? '')] : [encode(example.text, example.pair)],
  }));
};

/** Longest row of an example, in tokens. */
export const lengthOf = (row: Row): number => Math.max(...row.encoded.map(({ ids }) => ids.length));

/** The batch of `size` examples (padded with weight 0) at `indices`. Weights sum to one over the examples. */
export const makeBatch = (
  rows: readonly Row[],
  indices: readonly number[],
  { size, maxTokens, task }: { readonly size: number; readonly maxTokens: number; readonly task: TaskKind },
): Batch => {
  const chosen = indices.map((i) => rows[i]!);
  const parts = chosen[0]?.encoded.length ?? 1;
  const tokens = bucketFor(Math.max(...chosen.map(lengthOf)), maxTokens);
  const count = size * parts;
  const ids = new Int32Array(count * tokens);
  const types = new Int32Array(count * tokens);
  const valid = new Float32Array(count * tokens);
  const lengths = new Int32Array(count).fill(1);
  const typed = chosen.some(({ encoded }) => encoded.some((e) => e.types));
  for (let part = 0; part < parts; part++) {
    for (let b = 0; b < size; b++) {
      const row = part * size + b;
      const encoded = chosen[b]?.encoded[part];
      if (encoded) {
        ids.set(encoded.ids, row * tokens);
        if (encoded.types) types.set(encoded.types, row * tokens);
        lengths[row] = encoded.ids.length;
      }
      valid.fill(1, row * tokens, row * tokens + lengths[row]!);
    }
  }
  const weights = Float32Array.from({ length: size }, (_, b) => (b < chosen.length ? 1 / chosen.length : 0));
  const label = (b: number) => chosen[b]?.example.label ?? 0;
  const labels: HostArray =
    task.kind === 'classification'
      ? { dtype: 'int32', shape: [size], data: Int32Array.from({ length: size }, (_, b) => label(b)) }
      : { dtype: 'float32', shape: [size], data: Float32Array.from({ length: size }, (_, b) => label(b)) };
  return {
    arrays: {
      ids: { dtype: 'int32', shape: [count, tokens], data: ids },
      valid: { dtype: 'float32', shape: [count, tokens], data: valid },
      labels,
      weights: { dtype: 'float32', shape: [size], data: weights },
      ...(writesTexts(task) ? textTargets(chosen, size, tokens) : {}),
      ...(typed ? { 'extra/types': { dtype: 'int32', shape: [count, tokens], data: types } } : {}),
    },
    lengths,
    tokens,
    indices,
  };
};

/** Splits an order into runs of `size`. */
export const chunks = (order: ArrayLike<number>, size: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(order.length / size) }, (_, i) => Array.from(order).slice(i * size, (i + 1) * size));

/** Batches for evaluation: short rows with short ones, so that little is padding. The order depends on the rows alone. */
export const evaluationOrder = (rows: readonly Row[]): readonly number[] =>
  rows.map((_, i) => i).sort((a, b) => lengthOf(rows[a]!) - lengthOf(rows[b]!) || a - b);
