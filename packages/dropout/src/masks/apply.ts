import type { Perturb } from '@lab/adapter';
import type { Params, tf } from '@lab/engine';
import { rateAt } from '../noise/rate.ts';
import type { PlannedMask } from '../types.ts';
import { movingRate } from './plan.ts';

const given = (inputs: Params, name: string): tf.Tensor => {
  const value = inputs[name];
  if (!value) throw new Error(`${name} was planned but not given`);
  return value;
};

const applyMask = (planned: PlannedMask, value: tf.Tensor, inputs: Params): tf.Tensor => {
  const { law, noise, place, name } = planned;
  const moving = movingRate(planned);
  const p = moving === undefined ? rateAt(noise.p, place.layer, 0) : given(inputs, moving);
  return law.apply(value, given(inputs, name), p);
};

/**
 * The noise of a plan as the model meets it. `inputs` holds what `drawMasks` drew. Pure tfjs: sites
 * without a mask return their value untouched. Throws when a value's shape is not the planned one,
 * or a mask is missing.
 */
export const perturbWith =
  (plan: readonly PlannedMask[], inputs: Params): Perturb =>
  (site, place, value) =>
    plan
      .filter(({ site: at, place: { path, part } }) => at === site && path === place.path && part === place.part)
      .reduce((noisy, planned) => {
        const shape = value.shape.join(', ');
        if (shape !== planned.valueShape.join(', '))
          throw new Error(`${site} at ${place.path}: planned for [${planned.valueShape.join(', ')}], got [${shape}]`);
        return applyMask(planned, noisy, inputs);
      }, value);
