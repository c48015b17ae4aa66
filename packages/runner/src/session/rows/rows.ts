import type { Encoded, Model } from '@lab/adapter';
import type { Example } from '@lab/datasets';
import type { WindowRow } from './span-rows.ts';

/** A text or pair as token ids: one sequence, or two of a bi-encoder. */
export interface Row {
  readonly example: Example;
  readonly encoded: readonly Encoded[];
  /** First token of the reference, for text-to-text tasks. */
  readonly targetFrom?: number;
  /** For extractive tasks: the window of a context that this row is. */
  readonly window?: WindowRow;
}

/**
 * Tokenizes examples for a model, at most `maxTokens` tokens a sequence. An empty text becomes a
 * single padding token.
 */
export const encodeRows = (
  model: Model,
  examples: readonly Example[],
  { biEncoder, maxTokens }: { readonly biEncoder: boolean; readonly maxTokens: number },
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

/** Longest sequence of a row, in tokens. */
export const lengthOf = (row: Row): number => Math.max(...row.encoded.map(({ ids }) => ids.length));

/** The row at a place of a list. Throws for a place outside it. */
export const rowAt = (rows: readonly Row[], index: number): Row => {
  const row = rows[index];
  if (!row) throw new Error(`no row ${index} among ${rows.length}`);
  return row;
};

/** Splits an order into runs of `size`. */
export const chunks = (order: ArrayLike<number>, size: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(order.length / size) }, (_, i) => Array.from(order).slice(i * size, (i + 1) * size));

/**
 * An order for evaluation: short rows with short ones, so that little is padding. It depends on the
 * rows alone.
 */
export const evaluationOrder = (rows: readonly Row[]): readonly number[] => {
  const lengths = rows.map(lengthOf);
  const at = (i: number): number => lengths[i] ?? 0;
  return lengths.map((_, i) => i).sort((a, b) => at(a) - at(b) || a - b);
};
