import { tf, type Params } from '@lab/engine';
import type { Flow, Linear } from '../adapter.ts';
import { affine } from '../pass/affine.ts';
import type { LinearSpec } from '../model.ts';
import type { Perturb } from '../pass/site.ts';
import { matrixAt, tensorAt } from '../named.ts';

/** Added to the score of an expert that is left out: its gate is zero. */
const LEFT_OUT = -1e9;

/** Keeps a square root finite where all experts are silent. */
const TINY = 1e-12;

export interface Mixture {
  readonly r: number;
  readonly experts: number;
  readonly scale: number;
  /** Experts that are left out of the mixture. */
  readonly masked: readonly number[];
  /** [experts + 1]: the weight of each expert alone, and of the gates. */
  readonly stage: tf.Tensor;
}

/**
 * Gates softmax(z e / tau) over experts, z the experts' outputs side by side, divided by their root
 * mean square (MoLE, Eq. 5-7, for every token). side: [rows, N d_out], e: [N d_out, N], log tau:
 * [1] -> [rows, N]. The gates of experts that are `masked` are zero, and the others sum to one.
 */
export const gatesOf = (
  side: tf.Tensor2D,
  e: tf.Tensor2D,
  logTau: tf.Tensor,
  masked: readonly number[],
): tf.Tensor2D => {
  const size = tf.sqrt(tf.add(tf.mean(tf.square(side), 1, true), TINY));
  const normed = tf.div(side, size);
  const scores = tf.mul<tf.Tensor2D>(tf.matMul(normed, e), tf.exp(tf.neg(logTau)));
  if (masked.length === 0) return tf.softmax(scores);
  const out = Array.from({ length: e.shape[1] }, (_, k) => (masked.includes(k) ? LEFT_OUT : 0));
  return tf.softmax(tf.add<tf.Tensor2D>(scores, tf.tensor1d(out)));
};

/**
 * h = x W + b + sum_k w_k s B_k A_k x, with w = the stage's expert alone, or the gates. x: [B, T,
 * d_in] -> [B, T, d_out]. Records the gates of each token, [rows, N], for the penalty.
 */
export const gatedLinear = (
  spec: LinearSpec,
  x: tf.Tensor,
  base: Linear,
  params: Params,
  { r, experts, scale, masked, stage }: Mixture,
  perturb: Perturb,
  flow: Pick<Flow, 'record'> | undefined,
): tf.Tensor => {
  const { path, dIn, dOut } = spec;
  const of = (name: string) => tensorAt(params, `${path}.${name}`);
  const lead = x.shape.slice(0, -1);
  const input = tf.reshape(perturb('lora.input', spec, x), [-1, dIn]);
  const down = tf.matMul<tf.Tensor2D>(input, perturb('lora.A', spec, of('lora_A')), false, true);
  const [rows, ranks] = down.shape;
  const rank = tf.reshape(perturb('lora.rank', spec, tf.reshape(down, [...lead, ranks])), [rows, ranks]);
  const B = perturb('lora.B', spec, of('lora_B'));
  const outputs = Array.from({ length: experts }, (_, k) =>
    tf.matMul<tf.Tensor2D>(tf.slice(rank, [0, k * r], [rows, r]), tf.slice(B, [0, k * r], [dOut, r]), false, true),
  );
  const gates = gatesOf(tf.concat2d(outputs, 1), matrixAt(params, `${path}.gate_e`), of('gate_log_tau'), masked);
  flow?.record(`${path}.gates`, gates);
  const weights = tf.add(tf.slice(stage, [0], [experts]), tf.mul(gates, tf.slice(stage, [experts], [1])));
  const mixed = tf.addN(outputs.map((output, k) => tf.mul(output, tf.slice(weights, [0, k], [rows, 1]))));
  const update = perturb('lora.delta', spec, tf.reshape(tf.mul(mixed, scale), [...lead, dOut]));
  return tf.add(affine(x, base), update);
};

/**
 * -sum_k log q_k, q the mean gates over maps (MoLE, Eq. 8): least, N log N, where all experts are
 * used alike.
 */
export const balanceLoss = (paths: readonly string[], recorded: Params): tf.Tensor => {
  const mean = tf.mean(tf.stack(paths.map((path) => tensorAt(recorded, `${path}.gates`))), 0);
  return tf.neg(tf.sum(tf.log(tf.add(mean, TINY))));
};
