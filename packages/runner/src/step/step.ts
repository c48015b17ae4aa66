import { adamW, clipByNorm, pack, tf, unpack, type AdamWInputs, type Params } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import { gradientProgram, type SampleInputs } from './objective.ts';

/**
 * What training carries from step to step: parameters and both moments [size], and states of the
 * optimiser's and the adapter's own.
 */
export interface StateTensors {
  readonly theta: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
  readonly optimizer: Params;
  readonly adapter: Params;
}

/**
 * What a step reads: its last sample, the state, the adapter's scalars of this step, and the
 * optimiser's numbers.
 */
export type StepInputs = SampleInputs &
  StateTensors & {
    readonly controls: Params;
    readonly rates: Pick<AdamWInputs, 'lr' | 'correction1' | 'correction2'>;
    /** Weight decay of every element of theta. */
    readonly decay: tf.Tensor1D;
  };

/**
 * 1 where a parameter is trained in this step, 0 where it stays as it is; null where all are
 * trained.
 */
const trainableMask = ({ adapter, head, layout }: Blueprint, controls: Params, params: Params): tf.Tensor1D | null => {
  const frozen = new Set([...adapter.params, ...head.params].flatMap(({ name, frozen }) => (frozen ? [name] : [])));
  if (!adapter.trainable && frozen.size === 0) return null;
  const trainable = adapter.trainable?.(controls, params) ?? {};
  return tf.concat1d(
    layout.slots.map(({ name, shape, size }): tf.Tensor1D => {
      if (frozen.has(name)) return tf.zeros([size]);
      const given = trainable[name];
      return given ? tf.reshape(tf.mul(tf.ones([...shape]), given), [size]) : tf.ones([size]);
    }),
  );
};

/** Both factors are exactly 0 or 1, so what stays is not rounded. */
const choose = (trainable: tf.Tensor1D, fresh: tf.Tensor1D, old: tf.Tensor1D): tf.Tensor1D =>
  tf.add(tf.mul(fresh, trainable), tf.mul(old, tf.sub(1, trainable)));

/** The optimiser's move: clipping and AdamW, or the run's own optimiser. */
const moved = (
  { optimizer, layout, clip }: Blueprint,
  { theta, m, v, decay, rates, optimizer: slots }: StepInputs,
  grad: tf.Tensor1D,
) => {
  const given = { theta, m, v, decay, ...rates };
  return optimizer
    ? optimizer.step({ ...given, layout, grad, clip, slots })
    : { ...adamW({ ...given, grad: clipByNorm(grad, clip) }), slots: {} };
};

/**
 * The last (for N = 1 the only) sample and the optimiser: forward, gradient, clipping, AdamW (or
 * the run's own), the adapter's update.
 */
export const stepProgram =
  (blueprint: Blueprint) =>
  (inputs: StepInputs): { readonly state: StateTensors; readonly loss: tf.Scalar } => {
    const { adapter, layout, clip } = blueprint;
    const { theta, m, v, controls } = inputs;
    const { grad: whole, loss } = gradientProgram(blueprint)(inputs);
    const trainable = trainableMask(blueprint, controls, unpack(layout, theta));
    const grad: tf.Tensor1D = trainable ? tf.mul(whole, trainable) : whole;
    const { slots: optimizer, ...fresh } = moved(blueprint, inputs, grad);
    const next = trainable
      ? {
          theta: choose(trainable, fresh.theta, theta),
          m: choose(trainable, fresh.m, m),
          v: choose(trainable, fresh.v, v),
        }
      : fresh;
    if (!adapter.state) return { state: { ...next, optimizer, adapter: {} }, loss };
    const updated = adapter.state.update({
      params: unpack(layout, next.theta),
      grads: unpack(layout, clipByNorm(grad, clip)),
      slots: inputs.adapter,
      inputs: controls,
      moments: () => ({ m: unpack(layout, next.m), v: unpack(layout, next.v) }),
    });
    const { params, moments, slots } = updated;
    const changed = moments ? { m: pack(layout, moments.m), v: pack(layout, moments.v) } : {};
    return { state: { ...next, ...changed, theta: pack(layout, params), optimizer, adapter: slots }, loss };
  };
