import { stopGradient, tf, type Params } from '@lab/engine';
import type { Adapter, Linear } from '../adapter.ts';
import type { Forward, Model } from '../model.ts';
import type { Perturb } from './site.ts';

/** x W + b for x [B, T, d_in] -> [B, T, d_out], by one 2-D product. */
export const affine = (x: tf.Tensor, { W, b }: Linear): tf.Tensor => {
  const [dIn, dOut] = W.shape;
  const flat = tf.matMul(tf.reshape(x, [-1, dIn]), W);
  return tf.reshape(b ? tf.add(flat, b) : flat, [...x.shape.slice(0, -1), dOut]);
};

/** Noise on the adapter's matrices alone. */
const onlyWeights =
  (perturb: Perturb): Perturb =>
  (site, place, value) =>
    site === 'lora.A' || site === 'lora.B' ? perturb(site, place, value) : value;

/** Parameters of which the constants have no gradient. */
const withoutFrozen = (adapter: Adapter, params: Params): Params => ({
  ...params,
  ...Object.fromEntries(
    adapter.params
      .filter(({ name, frozen }) => frozen && params[name])
      .map(({ name }) => [name, stopGradient(params[name]!)]),
  ),
});

/**
 * Puts a model's frozen weights, an adapter, its parameters and noise together. Linear kernels are found at `<path>.weight`. After a
 * pass `left` tells what the adapter left behind in it.
 */
export const forwardWith = (
  model: Model,
  adapter: Adapter,
  weights: Params,
  given: Params,
  perturb: Perturb,
): Forward & { readonly left: () => Params } => {
  const params = withoutFrozen(adapter, given);
  const met = new Map<string, tf.Tensor>();
  const left = new Map<string, tf.Tensor>();
  const leave = (name: string, value: tf.Tensor): void => void left.set(name, value);
  const input = (path: string): tf.Tensor | undefined => met.get(path);
  const specs = new Map(model.linears.map((spec) => [spec.path, spec]));
  const adapted = new Set(adapter.targets.map((spec) => spec.path));
  const weight = (name: string): tf.Tensor => {
    const found = weights[name];
    if (!found) throw new Error(`${model.name} has no weight named ${name}`);
    return found;
  };
  return {
    weight,
    perturb,
    left: () => Object.fromEntries(left),
    linear: (path, x, noise = 'all') => {
      const b = weights[`${path}.bias`] as tf.Tensor1D | undefined;
      const base: Linear = { W: weight(`${path}.weight`) as tf.Tensor2D, ...(b ? { b } : {}) };
      const spec = specs.get(path);
      if (!spec) throw new Error(`${model.name} declares no linear map ${path}`);
      if (!adapted.has(path)) return affine(x, base);
      const output = adapter.linear(spec, x, base, params, noise === 'all' ? perturb : onlyWeights(perturb), {
        input,
        leave,
      });
      if (noise === 'all') met.set(path, x);
      return output;
    },
    sublayer: (kind, place, output, x, stream = x) => {
      const moved = adapter.sublayer?.(kind, place, output, x, params, { stream, input, leave }) ?? output;
      met.set(place.path, x);
      return moved;
    },
  };
};
