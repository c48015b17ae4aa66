import type { Forward, TokenBatch } from '@lab/adapter';
import { as3d, tf, type Params } from '@lab/engine';
import type { LanguageModel } from '../language-model.ts';
import type { Cache, CachedForward } from '../parts/cache.ts';
import { lastToken } from '../parts/pool.ts';

/**
 * Next-token logits [B, V] and, by `key/<path>` and `value/<path>`, keys and values of every
 * attention, [B, groups, slots, d].
 */
export interface WrittenTokens {
  readonly logits: tf.Tensor;
  readonly cache: Params;
}

/**
 * One token more for each row. ids: int32 [B, 1]; position: int32 [B]; parents: int32 [B], the rows
 * of the cache to go on from; seen: [B, S], 1 for every slot up to the new one; here: [B, S], 1 at
 * the new one alone.
 */
export interface NextTokens {
  readonly ids: tf.Tensor2D;
  readonly position: tf.Tensor1D;
  readonly parents: tf.Tensor1D;
  readonly seen: tf.Tensor2D;
  readonly here: tf.Tensor2D;
  readonly cache: Params;
}

const keyName = (path: string): string => `key/${path}`;
const valueName = (path: string): string => `value/${path}`;

const nextLogits = (model: LanguageModel, forward: Forward, last: tf.Tensor): tf.Tensor => {
  const batch = last.shape[0]!;
  const logits = model.logits(forward, as3d(tf.reshape(last, [batch, 1, model.width])));
  return tf.reshape(logits, [batch, model.vocabulary]);
};

/**
 * Reads prompts [B, T], padded on the right, and leaves `room` slots for the tokens to come: logits
 * after each row's last token.
 */
export const startPass = (model: LanguageModel, forward: Forward, batch: TokenBatch, room: number): WrittenTokens => {
  const kept: { [name: string]: tf.Tensor } = {};
  const longer = (x: tf.Tensor4D) =>
    tf.pad(x, [
      [0, 0],
      [0, 0],
      [0, room],
      [0, 0],
    ]);
  const cache: Cache = {
    exchange: ({ path }, k, v) => {
      kept[keyName(path)] = longer(k);
      kept[valueName(path)] = longer(v);
      return [k, v];
    },
  };
  const remembering: CachedForward = { ...forward, cache };
  const hidden = model.encode(remembering, batch);
  return { logits: nextLogits(model, remembering, lastToken(hidden, batch.valid)), cache: kept };
};

/** One token more for each row: logits, and the cache with the token in it. */
export const nextPass = (model: LanguageModel, forward: Forward, tokens: NextTokens): WrittenTokens => {
  const { ids, position, parents, seen, cache: before } = tokens;
  const [batch, slots] = seen.shape;
  const here = tf.reshape(tokens.here, [batch, 1, slots, 1]);
  const kept: { [name: string]: tf.Tensor } = {};
  const joined = (name: string, fresh: tf.Tensor4D): tf.Tensor4D => {
    const past = before[name];
    if (!past) throw new Error(`the cache has no ${name}`);
    const all: tf.Tensor4D = tf.add(tf.mul(tf.gather(past, parents), tf.sub(1, here)), tf.mul(fresh, here));
    kept[name] = all;
    return all;
  };
  const cache: Cache = {
    exchange: ({ path }, k, v) => [joined(keyName(path), k), joined(valueName(path), v)],
    step: { position, seen, slots },
  };
  const remembering: CachedForward = { ...forward, cache };
  const hidden = model.encode(remembering, { ids, valid: tf.ones([batch, 1]), extra: {} });
  return { logits: nextLogits(model, remembering, hidden), cache: kept };
};
