import { layoutOf, pack, tf, unpack, type Params } from '@lab/engine';
import type { AdapterState, ParamSpec } from '../adapter.ts';
import { budgetAt, type BudgetPlan } from './budget.ts';
import { keepLargest, watchImportance } from './importance.ts';
import { tensorAt } from '../named.ts';

/** The state of a pruned P Λ Q: options, its parameters, and the paths of its targets. */
export interface AdaState {
  readonly params: readonly ParamSpec[];
  readonly paths: readonly string[];
  readonly beta1: number;
  readonly beta2: number;
  /** The budget plan of a training of so many steps. */
  readonly plan: (steps: number) => BudgetPlan;
}

/**
 * Importance of every triplet [targets * r]: s(λ) + mean s(P column) + mean s(Q row), with s =
 * sensitivity * uncertainty (Eq. 7, 11).
 */
const tripletScores = (paths: readonly string[], scores: Params): tf.Tensor =>
  tf.concat(
    paths.map((path) => {
      const of = (name: string) => tensorAt(scores, `${path}.${name}`);
      const value = tf.reshape(of('lora_E'), [-1]);
      return tf.add(value, tf.add(tf.mean(of('lora_A'), 1), tf.mean(of('lora_B'), 0)));
    }),
  );

const pruned = (paths: readonly string[], params: Params, keep: tf.Tensor, prune: tf.Tensor): Params => {
  const parts = tf.split(keep, paths.length);
  const changed = paths.map((path, i) => {
    const name = `${path}.lora_E`;
    const dropped = tf.mul(prune, tf.sub(1, tf.reshape(parts[i]!, tensorAt(params, name).shape)));
    return [name, tf.mul(tensorAt(params, name), tf.sub(1, dropped))] as const;
  });
  return { ...params, ...Object.fromEntries(changed) };
};

/**
 * Importance scores and pruning after every optimiser step (AdaLoRA, algorithm 1). Scores are two
 * flat slots that travel with the checkpoint; what depends on the step comes in as scalars: the
 * whole update is a pure function and resumes exactly.
 */
export const adaState = ({ params: specs, paths, beta1, beta2, plan }: AdaState): AdapterState => {
  const layout = layoutOf(specs);
  const slot = (name: string) => ({ name, shape: [layout.size], init: () => new Float32Array(layout.size) });
  return {
    slots: [slot('sensitivity'), slot('uncertainty')],
    inputs: ({ step, steps }) => {
      const { budget, prune, watch } = budgetAt(plan(steps), step + 1, steps);
      return { budget, prune: Number(prune), watch: Number(watch) };
    },
    update: ({ params, grads, slots, inputs }) => {
      const watched = watchImportance(
        {
          theta: pack(layout, params),
          grad: pack(layout, grads),
          sensitivity: tensorAt(slots, 'sensitivity'),
          uncertainty: tensorAt(slots, 'uncertainty'),
        },
        tensorAt(inputs, 'watch'),
        { beta1, beta2 },
      );
      const scores = unpack(layout, tf.mul(watched.sensitivity, watched.uncertainty));
      const keep = keepLargest(tripletScores(paths, scores), tensorAt(inputs, 'budget'));
      return { params: pruned(paths, params, keep, tensorAt(inputs, 'prune')), slots: watched };
    },
  };
};
