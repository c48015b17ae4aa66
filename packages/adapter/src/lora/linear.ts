import { tf } from '@lab/engine';
import { affine } from '../pass/affine.ts';
import type { Linear } from '../adapter.ts';
import type { LinearSpec } from '../model.ts';
import type { Perturb } from '../pass/site.ts';

/**
 * The matrices of a low-rank branch. A: [r, d_in], B: [d_out, r]. `gate` [r] scales each rank;
 * absent: ones.
 */
export interface LowRank {
  readonly A: tf.Tensor;
  readonly B: tf.Tensor;
  readonly scale: number;
  readonly gate?: tf.Tensor;
}

/** s (g * (x Aᵀ)) Bᵀ with a noise site at every stage. x: [B, T, d_in] -> [B, T, d_out]. */
export const loraBranch = (
  spec: LinearSpec,
  x: tf.Tensor,
  { A, B, scale, gate }: LowRank,
  perturb: Perturb,
): tf.Tensor => {
  const lead = x.shape.slice(0, -1);
  const rows = (value: tf.Tensor) => tf.reshape(value, [-1, value.shape[value.rank - 1]!]);
  const input = perturb('lora.input', spec, x);
  const down = tf.matMul(rows(input), perturb('lora.A', spec, A), false, true);
  const gated = gate ? tf.mul(down, gate) : down;
  const rank = perturb('lora.rank', spec, tf.reshape(gated, [...lead, A.shape[0]!]));
  const up = tf.matMul(rows(rank), perturb('lora.B', spec, B), false, true);
  return perturb('lora.delta', spec, tf.reshape(tf.mul(up, scale), [...lead, spec.dOut]));
};

/**
 * h = x W + b + s (g * (x Aᵀ)) Bᵀ (Hu et al. 2021, Eq. 3; with a gate g it is AdaLoRA's P Λ Q and
 * SoRA). x: [B, T, d_in] -> [B, T, d_out].
 */
export const loraLinear = (
  spec: LinearSpec,
  x: tf.Tensor,
  base: Linear,
  matrices: LowRank,
  perturb: Perturb,
): tf.Tensor => tf.add(affine(x, base), loraBranch(spec, x, matrices, perturb));
