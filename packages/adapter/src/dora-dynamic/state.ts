import { tf, type Params } from '@lab/engine';
import type { AdapterState } from '../adapter.ts';
import { budgetAt, type BudgetPlan } from '../adalora/budget.ts';
import { keepLargest } from '../adalora/importance.ts';
import { matrixAt, tensorAt, vectorAt } from '../named.ts';

/** Keeps a quotient finite where the whole update is zero. */
const TINY = 1e-12;

/** The constant that tells passes whether pruning goes on: 1, and 0 after the last pruning. */
export const PRUNING = 'components.pruning';

const partsOf = (path: string, params: Params) => ({
  A: matrixAt(params, `${path}.lora_A`),
  B: matrixAt(params, `${path}.lora_B`),
  c: vectorAt(params, `${path}.lora_c`),
});

/**
 * ‖c_i b_i a_i‖ / ‖ΔW‖, the share of each component in its update by Frobenius norm: [r]. The scale
 * cancels.
 */
export const sharesOf = (path: string, params: Params): tf.Tensor => {
  const { A, B, c } = partsOf(path, params);
  const own = tf.mul(tf.square(c), tf.mul(tf.sum(tf.square(A), 1), tf.sum(tf.square(B), 0)));
  const [r] = c.shape;
  const both = tf.mul(tf.reshape(c, [r, 1]), tf.reshape(c, [1, r]));
  const whole = tf.sum(tf.mul(both, tf.mul(tf.matMul(A, A, false, true), tf.matMul(B, B, true, false))));
  return tf.sqrt(tf.div(own, tf.add(tf.relu(whole), TINY)));
};

const variance = (x: tf.Tensor, axis: 0 | 1): tf.Tensor => tf.mean(tf.square(tf.sub(x, tf.mean(x, axis, true))), axis);

/**
 * Mean variance of the entries of every a and b: components whose weight lies in a few entries cost
 * more (section 3.4).
 */
export const evenness = (paths: readonly string[], params: Params): tf.Scalar =>
  tf.mean(
    tf.concat(
      paths.flatMap((path) => {
        const { A, B } = partsOf(path, params);
        return [variance(A, 1), variance(B, 0)];
      }),
    ),
  );

/**
 * Averaged shares and, from `warmup` to the end, pruning of the least important components over all
 * targets; c of those is 0.
 */
export const doraState = (
  paths: readonly string[],
  { r, beta }: { readonly r: number; readonly beta: number },
  plan: (steps: number) => BudgetPlan,
): AdapterState => ({
  slots: [{ name: 'share', shape: [paths.length * r], init: () => new Float32Array(paths.length * r) }],
  inputs: ({ step, steps }) => {
    const { budget, prune, watch } = budgetAt(plan(steps), step + 1, steps);
    // `next`: whether the step after this one still lies before the end of pruning.
    const next = step + 1 < steps - plan(steps).final;
    return { budget, prune: Number(prune), watch: Number(watch), next: Number(next) };
  },
  update: ({ params, slots, inputs }) => {
    const now = tf.concat(paths.map((path) => sharesOf(path, params)));
    const averaged = tf.add(tf.mul(tensorAt(slots, 'share'), beta), tf.mul(now, 1 - beta));
    const kept = tf.add(
      tf.mul(averaged, tensorAt(inputs, 'watch')),
      tf.mul(tensorAt(slots, 'share'), tf.sub(1, tensorAt(inputs, 'watch'))),
    );
    const dropped = tf.mul(tf.sub(1, keepLargest(kept, tensorAt(inputs, 'budget'))), tensorAt(inputs, 'prune'));
    const parts = tf.split(tf.sub(1, dropped), paths.length);
    const pruned = paths.map((path, i) => {
      const name = `${path}.lora_c`;
      return [name, tf.mul(tensorAt(params, name), parts[i]!)] as const;
    });
    const constant = { [PRUNING]: tf.reshape(tensorAt(inputs, 'next'), [1]) };
    return { params: { ...params, ...Object.fromEntries(pruned), ...constant }, slots: { share: kept } };
  },
});
