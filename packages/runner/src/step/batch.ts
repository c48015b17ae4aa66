import type { Encoded, TokenBatch } from '@lab/adapter';
import { itemAt } from '@lab/records';
import type { TaskKind } from '@lab/metrics';
import { floats, ints, type Float32HostArray, type Int32HostArray, type tf } from '@lab/engine';
import { rowAt, type Row } from '../session/rows/rows.ts';
import { bucketFor, type BatchShape } from '../session/shape.ts';
import { windowOf } from '../session/rows/span-rows.ts';
import { sequenceOf } from '../session/rows/text-rows.ts';
import { ladderOf, packingOf, seat, type HostPacking, type Ladder, type Seating } from './packing.ts';

/**
 * One batch as a program reads it. labels, weights: [B], [2 B] for spans, or [R * T] for texts;
 * weights sum to one.
 */
export type BatchTensors = TokenBatch & { readonly labels: tf.Tensor1D; readonly weights: tf.Tensor1D };

/** The same on the host. */
export interface BatchArrays {
  readonly ids: Int32HostArray;
  readonly valid: Float32HostArray;
  readonly extra: { readonly [name: string]: Int32HostArray };
  readonly packing?: HostPacking;
  readonly labels: Float32HostArray | Int32HostArray;
  readonly weights: Float32HostArray;
}

/**
 * A batch on the host. Places beyond the examples given have no tokens and weight 0, so that shapes
 * repeat.
 */
export interface Batch {
  readonly arrays: BatchArrays;
  readonly shape: BatchShape;
  /** Tokens of each text, as masks are drawn for it; an unused place counts one token. */
  readonly lengths: Int32Array;
  /** Where each text begins among the tokens of `arrays`. */
  readonly starts: Int32Array;
  /** How a packed batch is seated; absent for a padded one. */
  readonly seating?: Seating;
  /** Indices of the examples, in batch order. */
  readonly indices: readonly number[];
}

/** How batches are made. */
export interface BatchSetting {
  /** Examples of a batch. */
  readonly size: number;
  readonly maxTokens: number;
  readonly task: TaskKind;
  /** Shapes of packed batches; absent: those of texts as long as `maxTokens`. */
  readonly ladder?: Ladder;
}

/**
 * The texts of a batch in order: the first texts of pairs before the second ones; undefined for an
 * unused place.
 */
const textsOf = (chosen: readonly Row[], size: number): readonly (Encoded | undefined)[] =>
  Array.from({ length: size * (chosen[0]?.encoded.length ?? 1) }, (_, place) => {
    const [part, b] = [Math.floor(place / size), place % size];
    return chosen[b]?.encoded[part];
  });

/** Token ids and segment types of texts that begin at `starts`. */
const tokensAt = (texts: readonly (Encoded | undefined)[], starts: Int32Array, axes: readonly [number, number]) => {
  const [ids, types] = [new Int32Array(axes[0] * axes[1]), new Int32Array(axes[0] * axes[1])];
  const valid = new Float32Array(ids.length);
  texts.forEach((text, i) => {
    const start = itemAt(starts, i);
    ids.set(text?.ids ?? [], start);
    types.set(text?.types ?? [], start);
    valid.fill(1, start, start + (text?.ids.length ?? 0));
  });
  const extra = texts.some((text) => text?.types) ? { types: ints(types, axes) } : {};
  return { ids: ints(ids, axes), valid: floats(valid, axes), extra };
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
 * Labels and weights of texts that begin at `starts`, both [size]: at each place the next token,
 * and a weight where that token is the reference's. Weights sum to one over the reference tokens of
 * all texts.
 */
export const textTargets = (
  rows: readonly Row[],
  starts: Int32Array,
  size: number,
): { readonly labels: Int32HostArray; readonly weights: Float32HostArray } => {
  const [labels, weights] = [new Int32Array(size), new Float32Array(size)];
  const sequences = rows.map(sequenceOf);
  const total = sequences.reduce((sum, { ids, targetFrom }) => sum + ids.length - targetFrom, 0);
  sequences.forEach(({ ids, targetFrom }, i) => {
    const start = itemAt(starts, i);
    labels.set(ids.subarray(1), start);
    weights.fill(1 / Math.max(1, total), start + targetFrom - 1, start + ids.length - 1);
  });
  return { labels: ints(labels), weights: floats(weights) };
};

/**
 * First and last places of the answers and equal weights that sum to one, both [2 size]: the firsts
 * of all texts, then the lasts. `starts`: the places of the texts' first tokens.
 */
const spanTargets = (chosen: readonly Row[], starts: Int32Array, { size }: BatchSetting) => {
  const [labels, weights] = [new Int32Array(2 * size), new Float32Array(2 * size)];
  chosen.forEach((row, b) =>
    windowOf(row).span.forEach((token, side) => {
      labels[side * size + b] = itemAt(starts, b) + token;
      weights[side * size + b] = 1 / (2 * chosen.length);
    }),
  );
  return { labels: ints(labels), weights: floats(weights) };
};

/**
 * Labels and weights of a batch. `starts`: where the texts begin among so many `tokens`, and where
 * in their own row of outputs.
 */
const targetsOf = (
  chosen: readonly Row[],
  { starts, inRow, tokens }: { readonly starts: Int32Array; readonly inRow: Int32Array; readonly tokens: number },
  setting: BatchSetting,
) => {
  const { kind } = setting.task;
  if (kind === 'text-to-text') return textTargets(chosen, starts, tokens);
  return kind === 'extractive-qa' ? spanTargets(chosen, inRow, setting) : exampleTargets(chosen, setting);
};

const drawnLengths = (texts: readonly (Encoded | undefined)[]): Int32Array =>
  Int32Array.from(texts, (text) => text?.ids.length ?? 1);

/** The batch of `size` examples at `indices`, its texts end to end. */
export const makeBatch = (rows: readonly Row[], indices: readonly number[], setting: BatchSetting): Batch => {
  const chosen = indices.map((i) => rowAt(rows, i));
  const texts = textsOf(chosen, setting.size);
  const filled = Int32Array.from(texts, (text) => text?.ids.length ?? 0);
  const { maxTokens, ladder = ladderOf([], maxTokens) } = setting;
  const seating = seat(filled, maxTokens, ladder);
  const { shape, starts } = seating;
  const tokens = shape.packed.rows;
  const arrays = {
    ...tokensAt(texts, starts, [1, tokens]),
    packing: packingOf(seating),
    ...targetsOf(chosen, { starts, inRow: starts, tokens }, setting),
  };
  return { arrays, shape, lengths: drawnLengths(texts), starts, seating, indices };
};

/**
 * The same batch padded: every text a row, as long as the longest. What packed batches are compared
 * with.
 */
export const paddedBatch = (rows: readonly Row[], indices: readonly number[], setting: BatchSetting): Batch => {
  const chosen = indices.map((i) => rowAt(rows, i));
  const texts = textsOf(chosen, setting.size);
  const lengths = drawnLengths(texts);
  const shape = { rows: texts.length, tokens: bucketFor(Math.max(...lengths), setting.maxTokens) };
  const starts = Int32Array.from(texts, (_, i) => i * shape.tokens);
  const arrays = tokensAt(texts, starts, [shape.rows, shape.tokens]);
  // An unused place shows one token, so that its attention has something to look at.
  starts.forEach((start, i) => texts[i] ?? arrays.valid.data.fill(1, start, start + 1));
  const inRow = new Int32Array(texts.length);
  const targets = targetsOf(chosen, { starts, inRow, tokens: shape.rows * shape.tokens }, setting);
  return { arrays: { ...arrays, ...targets }, shape, lengths, starts, indices };
};
