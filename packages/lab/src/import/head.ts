import type { HostParams } from '@lab/adapter';
import { floats } from '@lab/engine';
import type { SavableModel } from '@lab/models';
import { BadInput, itemAt } from '@lab/records';

/**
 * A classification head that PEFT saved with an adapter, as runs name it; nothing where it saved
 * none. A head without a bias gets one of zeros. Throws `BadInput` with the name of a tensor that
 * this model has no place for.
 */
export const adoptedHead = (model: SavableModel, saved: HostParams, where: string): HostParams => {
  const names = Object.keys(saved);
  if (names.length === 0) return {};
  const { classHead } = model;
  const [W, b] = [`${classHead?.linear}.weight`, `${classHead?.linear}.bias`];
  const stray = names.find((name) => name !== W && name !== b);
  const weight = saved[W];
  if (stray !== undefined || !weight)
    throw new BadInput(`${where}: ${stray ?? W} is saved whole, and ${model.name} has no such weight to put it in`);
  const outputs = itemAt(weight.shape, 0);
  return { 'classifier.weight': weight, 'classifier.bias': saved[b] ?? floats(new Float32Array(outputs), [outputs]) };
};
