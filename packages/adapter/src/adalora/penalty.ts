import { tf, type Params } from '@lab/engine';
import { matrixAt } from '../named.ts';

/** Keeps the slope of a norm finite at zero. */
const TINY = 1e-12;

/**
 * How far P and Q are from orthogonal. `norm`: the mean over all P and Q of ‖PᵀP - I‖ and ‖QQᵀ -
 * I‖, as in the authors' code and in PEFT. `squared`: the sum of ‖PᵀP - I‖² + ‖QQᵀ - I‖² over the
 * targets (AdaLoRA, Eq. 4). P is `lora_B` [d_out, r], Q `lora_A` [r, d_in].
 */
export const orthogonality = (
  kind: 'norm' | 'squared',
  paths: readonly string[],
  r: number,
  params: Params,
): tf.Scalar => {
  const gap = (gram: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(gram, tf.eye(r))));
  const gaps = paths.flatMap((path) => {
    const [P, Q] = [matrixAt(params, `${path}.lora_B`), matrixAt(params, `${path}.lora_A`)];
    return [gap(tf.matMul(P, P, true, false)), gap(tf.matMul(Q, Q, false, true))];
  });
  const all = tf.stack(gaps);
  return kind === 'norm' ? tf.mean(tf.sqrt(tf.add(all, TINY))) : tf.sum(all);
};
