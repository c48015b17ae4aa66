import { fold, key, normal } from '@lab/random';
import { sizeOf, tf, type Float32HostArray, type Params } from '@lab/engine';
import {
  forwardWith,
  noNoise,
  type Adapter,
  type LinearSpec,
  type Model,
  type Perturb,
  type TokenBatch,
} from '../src/index.ts';

/**
 * A model with one of everything an adapter may meet: maps of tokens, examples and positions, with
 * and without bias.
 */
export const linears: readonly LinearSpec[] = [
  { path: 'layer.0.attention.query', layer: 0, dIn: 4, dOut: 4, per: 'token' },
  { path: 'layer.0.attention.position', layer: 0, dIn: 3, dOut: 4, per: 'position' },
  { path: 'layer.0.attention.value', layer: 0, dIn: 4, dOut: 4, per: 'token', bias: false },
  { path: 'layer.0.attention.output', layer: 0, dIn: 4, dOut: 6, per: 'token' },
  { path: 'layer.0.ffn.intermediate', layer: 0, dIn: 6, dOut: 5, per: 'token' },
  { path: 'layer.0.ffn.output', layer: 0, dIn: 5, dOut: 6, per: 'token' },
  { path: 'pooler', layer: 0, dIn: 6, dOut: 6, per: 'example' },
];

const root = key(77);

/** Fixed normal numbers named by a word, as a host array. */
export const drawn = (word: string, shape: readonly number[], scale = 1): Float32HostArray => ({
  dtype: 'float32',
  shape,
  data: normal(fold(root, word), sizeOf(shape)).map((x) => scale * x),
});

export const weights: { readonly [name: string]: Float32HostArray } = Object.fromEntries([
  ['embedding.weight', drawn('embedding', [11, 4])],
  ['positions', drawn('positions', [1, 5, 3])],
  ...linears.flatMap(({ path, dIn, dOut, bias }) => [
    [`${path}.weight`, drawn(`${path} W`, [dIn, dOut], 0.5)],
    ...(bias === false ? [] : [[`${path}.bias`, drawn(`${path} b`, [dOut], 0.1)]]),
  ]),
]);

const attention = { path: 'layer.0.attention', layer: 0 };
const ffn = { path: 'layer.0.ffn', layer: 0 };

export const tiny: Model = {
  name: 'tiny',
  width: 6,
  layers: 1,
  maxTokens: 8,
  causal: false,
  linears,
  tensors: Object.entries(weights).map(([name, { shape }]) => ({
    name,
    shape,
    stored: linears.some(({ path }) => name === `${path}.weight`) ? 'transposed' : 'as-is',
  })),
  weights: async () => weights,
  sites: (batch, tokens) => [
    { site: 'attention.logits', place: attention, shape: [batch, 1, tokens, tokens] },
    { site: 'ffn.hidden', place: ffn, shape: [batch, tokens, 6] },
  ],
  encode: (forward, { ids }) => {
    const [batch, tokens] = ids.shape;
    const x = tf.reshape(tf.gather(forward.weight('embedding.weight'), tf.reshape(ids, [-1])), [batch, tokens, 4]);
    const q = forward.linear('layer.0.attention.query', x);
    const near = forward.linear('layer.0.attention.position', forward.weight('positions'), 'weights');
    const centred = tf.add(q, tf.mean(near, 1, true));
    const logits = forward.perturb('attention.logits', attention, tf.expandDims(tf.matMul(centred, x, false, true), 1));
    const mixed = tf.matMul(tf.squeeze(tf.softmax(logits), [1]), forward.linear('layer.0.attention.value', x));
    const attended = forward.sublayer('attention', attention, forward.linear('layer.0.attention.output', mixed), x);
    const inner = tf.tanh(forward.linear('layer.0.ffn.intermediate', attended));
    const output = forward.perturb('ffn.hidden', ffn, forward.linear('layer.0.ffn.output', inner));
    return tf.add(attended, forward.sublayer('ffn', ffn, output, attended));
  },
  pool: (forward, hidden) => {
    const mean = tf.mean(hidden, 1, true);
    return tf.squeeze(forward.linear('pooler', mean), [1]);
  },
  tokenize: () => ({ ids: new Int32Array(1) }),
  pairs: 'bi-encoder',
};

export const BATCH = 3;
export const TOKENS = 5;

/** A batch of made-up tokens. */
export const batch = (): TokenBatch => ({
  ids: tf.tensor2d(
    Array.from({ length: BATCH * TOKENS }, (_, i) => (i * 7) % 11),
    [BATCH, TOKENS],
    'int32',
  ),
  valid: tf.ones([BATCH, TOKENS]),
  extra: {},
});

export const tensors = (arrays: { readonly [name: string]: Float32HostArray }): Params =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)]),
  );

/** An adapter's parameters as training starts. */
export const initial = (adapter: Adapter): { readonly [name: string]: Float32HostArray } =>
  Object.fromEntries(
    adapter.params.map(({ name, shape, init, start }) => {
      const stream = fold(fold(root, 'init'), name);
      return [name, { dtype: 'float32', shape, data: start ? start(stream, weights) : init(stream) } as const];
    }),
  );

/** Parameters away from their start, so that no part of an update is zero. */
export const trained = (adapter: Adapter): { readonly [name: string]: Float32HostArray } =>
  Object.fromEntries(adapter.params.map(({ name, shape }) => [name, drawn(`trained ${name}`, shape, 0.3)]));

/** Pooled output [B, width] of the tiny model. */
export const output = (
  adapter: Adapter,
  params: Params,
  frozen: Params = tensors(weights),
  perturb: Perturb = noNoise,
): tf.Tensor2D => passed(adapter, params, frozen, perturb).output;

/** The same, with what the adapter recorded in the pass. */
export const passed = (
  adapter: Adapter,
  params: Params,
  frozen: Params = tensors(weights),
  perturb: Perturb = noNoise,
): { readonly output: tf.Tensor2D; readonly recorded: Params } => {
  const forward = forwardWith(tiny, adapter, frozen, params, perturb);
  const given = batch();
  const pooled = tiny.pool(forward, tiny.encode(forward, given), given);
  return { output: pooled, recorded: forward.recorded() };
};
