import { average } from '@lab/metrics';
import { itemAt } from '@lab/records';

/** XᵀX / n of n rows of d numbers, row-major [d, d]. */
export const secondMoments = (rows: readonly ArrayLike<number>[]): Float64Array => {
  const d = itemAt(rows, 0).length;
  return Float64Array.from({ length: d * d }, (_, k) =>
    average(rows.map((row) => itemAt(row, Math.floor(k / d)) * itemAt(row, k % d))),
  );
};

/** Xᵀy / n of n rows of d numbers and n targets, [d]. */
export const crossMoments = (rows: readonly ArrayLike<number>[], y: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: itemAt(rows, 0).length }, (_, j) =>
    average(rows.map((row, i) => itemAt(row, j) * itemAt(y, i))),
  );
