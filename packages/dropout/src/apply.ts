import type { Perturb } from '@lab/adapter';
import { stopGradient, tf, type Params } from '@lab/engine';
import { isSchedule, rateAt } from './rate.ts';
import type { PlannedMask } from './types.ts';

/** Added to the logit of a dropped key; finite, so that float32 never meets inf - inf, and far below any logit. */
const DROPPED = -1e9;

/** Kept attention weights may underflow; below this sum the row becomes zero instead of NaN. */
const SMALLEST_SUM = 1e-12;

const rateName = ({ site, index }: PlannedMask): string => `rate/${site}${index === 0 ? '' : `#${index}`}`;

const needsRate = ({ noise }: PlannedMask): boolean => noise.compensation === 'inverse' && isSchedule(noise.p);

/** Rates that move along training and that the graph needs, by input name. Constant rates are constants of the graph. */
export const rateInputs = (plan: readonly PlannedMask[], progress: number): { readonly [name: string]: number } =>
  Object.fromEntries(plan.filter(needsRate).map((m) => [rateName(m), rateAt(m.noise.p, m.place.layer, progress)]));

/** w / Σ w over the keys, the sum optionally a constant to the gradient (DropAttention, Eq. 2). */
const normalise = (kept: tf.Tensor, stop: boolean): tf.Tensor => {
  const sum = tf.maximum(tf.sum(kept, -1, true), SMALLEST_SUM);
  return tf.div(kept, stop ? stopGradient(sum) : sum);
};

const inverseScale = (planned: PlannedMask, inputs: Params): tf.Tensor | number =>
  needsRate(planned)
    ? tf.div(1, tf.sub(1, inputs[rateName(planned)]!))
    : 1 / (1 - rateAt(planned.noise.p, planned.place.layer, 0));

const applyMask = (planned: PlannedMask, value: tf.Tensor, inputs: Params): tf.Tensor => {
  const mask = inputs[planned.name];
  if (!mask) throw new Error(`mask ${planned.name} was planned but not given`);
  const keep = tf.cast(mask, 'float32');
  if (planned.site === 'attention.logits') return tf.add(value, tf.mul(tf.sub(1, keep), DROPPED));
  switch (planned.noise.compensation) {
    case 'none':
      return tf.mul(value, keep);
    case 'inverse':
      return tf.mul(value, tf.mul(keep, inverseScale(planned, inputs)));
    case 'normalised':
      return normalise(tf.mul(value, keep), false);
    case 'normalised-stop':
      return normalise(tf.mul(value, keep), true);
  }
};

/**
 * The noise of a plan as the model meets it. `inputs` holds the bool masks by name and, where `rateInputs` asks for them, rates as
 * scalars. Pure tfjs: sites without a mask return their value untouched. Throws when a value's shape is not the planned one.
 */
export const perturbWith =
  (plan: readonly PlannedMask[], inputs: Params): Perturb =>
  (site, place, value) =>
    plan
      .filter((planned) => planned.site === site && planned.place.path === place.path)
      .reduce((noisy, planned) => {
        const given = value.shape.join(', ');
        if (given !== planned.valueShape.join(', '))
          throw new Error(`${site} at ${place.path}: planned for [${planned.valueShape.join(', ')}], got [${given}]`);
        return applyMask(planned, noisy, inputs);
      }, value);
