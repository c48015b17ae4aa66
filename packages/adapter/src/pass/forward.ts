import { as1d, as2d, recomputed, stopGradient, tf, type Params } from '@lab/engine';
import type { Adapter, Linear } from '../adapter.ts';
import { fusedLinear } from '../fused.ts';
import type { Forward, LinearSpec, Model } from '../model.ts';
import { movedWeights } from '../whole.ts';
import { affine } from './affine.ts';
import type { Perturb } from './site.ts';

/** Noise on the adapter's matrices alone. */
const onlyWeights =
  (perturb: Perturb): Perturb =>
  (site, place, value) =>
    site === 'lora.A' || site === 'lora.B' ? perturb(site, place, value) : value;

/** Parameters of which the constants have no gradient. */
const withoutFrozen = (adapter: Adapter, params: Params): Params => {
  const constants = new Set(adapter.params.flatMap(({ name, frozen }) => (frozen ? [name] : [])));
  const given = Object.entries(params);
  return Object.fromEntries(given.map(([name, value]) => [name, constants.has(name) ? stopGradient(value) : value]));
};

/**
 * Mean of rows [rows, n] -> [n]: over the tokens alone where there is a row for each token of the
 * batch.
 */
const meanOfRows = (rows: tf.Tensor, valid: tf.Tensor2D | undefined): tf.Tensor => {
  if (rows.shape[0] !== valid?.size) return tf.mean(rows, 0);
  const weights = tf.reshape(tf.div(valid, tf.sum(valid)), [valid.size, 1]);
  return tf.sum(tf.mul(rows, weights), 0);
};

/**
 * Puts a model's frozen weights, an adapter, its parameters and noise together. Linear kernels are
 * found at `<path>.weight`. After a pass `recorded` gives the means of what the adapter recorded.
 * With `recompute` layers are computed again in the backward pass; the adapter must act through its
 * linear maps alone.
 */
export const forwardWith = (
  model: Model,
  adapter: Adapter,
  frozen: Params,
  given: Params,
  perturb: Perturb,
  recompute = false,
): Forward & { readonly recorded: (valid?: tf.Tensor2D) => Params } => {
  const params = withoutFrozen(adapter, given);
  const weights = { ...frozen, ...movedWeights(adapter, frozen, params) };
  const inputs = new Map<string, tf.Tensor>();
  const records = new Map<string, tf.Tensor>();
  const record = (name: string, value: tf.Tensor): void => void records.set(name, value);
  const input = (path: string): tf.Tensor | undefined => inputs.get(path);
  const specs = new Map(model.linears.map((spec) => [spec.path, spec]));
  const adapted = new Set(adapter.targets.map((spec) => spec.path));
  const partsIn = (path: string) => adapter.targets.filter(({ within }) => within?.path === path);
  const weight = (name: string): tf.Tensor => {
    const tensor = weights[name];
    if (!tensor) throw new Error(`${model.name} has no weight named ${name}`);
    return tensor;
  };
  return {
    weight,
    perturb,
    ...(recompute ? { layer: (body, x) => recomputed(body, x, Object.values(params)) } : {}),
    recorded: (valid) =>
      Object.fromEntries([...records].map(([name, rows]) => [name, meanOfRows(rows, valid)] as const)),
    linear: (path, x, noise = 'all') => {
      const bias = `${path}.bias`;
      const base = { W: as2d(weight(`${path}.weight`)), ...(weights[bias] ? { b: as1d(weight(bias)) } : {}) };
      const spec = specs.get(path);
      if (!spec) throw new Error(`${model.name} declares no linear map ${path}`);
      const whole = noise === 'all';
      const through = (target: LinearSpec, map: Linear): tf.Tensor => {
        // Relative positions on their way through a map of tokens are no tokens: of them nothing is
        // recorded.
        const flow = { input, record: whole || spec.per === 'position' ? record : () => undefined };
        const output = adapter.linear(target, x, map, params, whole ? perturb : onlyWeights(perturb), flow);
        if (whole) inputs.set(target.path, x);
        return output;
      };
      if (adapted.has(path)) return through(spec, base);
      const parts = partsIn(path);
      return parts.length > 0 ? fusedLinear(parts, x, base, through) : affine(x, base);
    },
    afterNorm: (place, x, norm) => adapter.afterNorm?.(place, x, norm, params, { input, record }) ?? x,
    sublayer: (kind, place, output, x, stream = x) => {
      const moved = adapter.sublayer?.(kind, place, output, x, params, { stream, input, record }) ?? output;
      inputs.set(place.path, x);
      return moved;
    },
  };
};
