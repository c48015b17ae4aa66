import { itemAt } from '@lab/records';

/** Arithmetic mean, summed in order; NaN without values. */
export const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += itemAt(values, i);
  return sum / values.length;
};
