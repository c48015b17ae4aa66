import type { Forward, TokenBatch } from '@lab/adapter';
import { as1d, as2d, tf, type TensorRecord } from '@lab/engine';
import type { LanguageModel } from '../language-model.ts';
import type { Cache, CachedForward } from '../parts/cache.ts';
import { lastToken } from '../parts/pool.ts';

const KEY = 'cache/key/';
const VALUE = 'cache/value/';

const nextLogits = (model: LanguageModel, forward: Forward, last: tf.Tensor): tf.Tensor => {
  const batch = last.shape[0]!;
  const logits = model.logits(forward, tf.reshape(last, [batch, 1, model.width]));
  return tf.reshape(logits, [batch, model.vocabulary]);
};

/**
 * Reads prompts [B, T], padded on the right: logits [B, V] after each row's last token, and
 * `cache/…`, the keys and values of every attention, [B, groups, T + room, d].
 */
export const startPass = (model: LanguageModel, forward: Forward, batch: TokenBatch, room: number): TensorRecord => {
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
      kept[KEY + path] = longer(k);
      kept[VALUE + path] = longer(v);
      return [k, v];
    },
  };
  const remembering: CachedForward = { ...forward, cache };
  const hidden = model.encode(remembering, batch);
  return { logits: nextLogits(model, remembering, lastToken(hidden, batch.valid)), ...kept };
};

/**
 * One token more for each row. ids: int32 [B, 1]; position: int32 [B]; parents: int32 [B], the rows
 * of the cache to go on from; seen: [B, S], 1 for every slot up to the new one; here: [B, S], 1 at
 * the new one alone. Gives logits [B, V] and the cache with the token in it.
 */
export const nextPass = (model: LanguageModel, forward: Forward, inputs: TensorRecord): TensorRecord => {
  const tensor = (name: string): tf.Tensor => {
    const value = inputs[name];
    if (!value) throw new Error(`a step needs the input ${name}`);
    return value;
  };
  const seen = as2d(tensor('seen'));
  const [batch, slots] = seen.shape;
  const here = tf.reshape(tensor('here'), [batch, 1, slots, 1]);
  const kept: { [name: string]: tf.Tensor } = {};
  const joined = (name: string, fresh: tf.Tensor4D): tf.Tensor4D => {
    const past = tf.gather(tensor(name), as1d(tensor('parents')));
    const all = tf.add<tf.Tensor4D>(tf.mul(past, tf.sub(1, here)), tf.mul(fresh, here));
    kept[name] = all;
    return all;
  };
  const cache: Cache = {
    exchange: ({ path }, k, v) => [joined(KEY + path, k), joined(VALUE + path, v)],
    step: { position: as1d(tensor('position')), seen, slots },
  };
  const remembering: CachedForward = { ...forward, cache };
  const ids = as2d(tensor('ids'));
  const hidden = model.encode(remembering, { ids, valid: tf.ones([batch, 1]), extra: {} });
  return { logits: nextLogits(model, remembering, hidden), ...kept };
};
