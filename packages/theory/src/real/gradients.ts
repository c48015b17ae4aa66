import { perturbWith, type PlannedMask } from '@lab/dropout';
import type { Perturb } from '@lab/adapter';
import { layoutOf, pack, unpack, valueAndGrad, type PureFunction } from '@lab/engine';
import type { Material } from './material.ts';
import { pass, taskLoss, under } from './program.ts';

/** Where every trained parameter, adapter and head, lies in a flat gradient. */
export const layoutFor = ({ start }: Material) =>
  layoutOf(Object.entries(start).map(([name, { shape }]) => ({ name, shape })));

/**
 * Gradient [size] of the task loss by all trained parameters, under a perturbation made from the
 * inputs.
 */
export const gradientProgram = (
  material: Material,
  perturbOf: (masks: Parameters<typeof perturbWith>[1]) => Perturb,
): PureFunction => {
  const layout = layoutFor(material);
  return (inputs) => {
    const theta = pack(layout, under(inputs, 'param'));
    const perturb = perturbOf(under(inputs, 'mask'));
    const { value, grad } = valueAndGrad(
      (flat) => taskLoss(pass(material, inputs, unpack(layout, flat), perturb).logits, inputs),
      theta,
    );
    return { loss: value, grad };
  };
};

/** The same under planned masks. */
export const maskedGradient = (material: Material, plan: readonly PlannedMask[]): PureFunction =>
  gradientProgram(material, (masks) => perturbWith(plan, masks));
