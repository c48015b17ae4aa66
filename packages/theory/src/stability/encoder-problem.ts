import { logistic } from '../dense/pointwise.ts';
import { minimise } from '../dense/minimise.ts';
import type { Problem } from '../dense/problem.ts';
import { dot, norm, plus, times } from '../dense/vector.ts';
import { range } from '../real/batch.ts';
import type { Features } from '../real/features.ts';

const rowOf = (x: Float64Array, i: number, width: number) => x.subarray(i * width, (i + 1) * width);

/** ±1 for class 1 and class 0. */
const signs = (labels: Int32Array): Float64Array => Float64Array.from(labels, (l) => (l === 1 ? 1 : -1));

/** Strong enough that the head is not sure of sentences it never saw. */
const ridge = 1;

/**
 * A logistic head on pooled vectors with ridge on their unit-variance scale: the frozen head that
 * the adapter works under.
 */
export const fitHead = ({ pooled, dOut, labels }: Features, rows: readonly number[]): Float64Array => {
  const y = signs(labels);
  const scale = norm(pooled) / Math.sqrt(pooled.length);
  const at = (w: Float64Array) => {
    let value = ridge * scale ** 2 * dot(w, w);
    let grad = times(w, 2 * ridge * scale ** 2);
    for (const i of rows) {
      const x = rowOf(pooled, i, dOut);
      const f = dot(x, w);
      value += logistic.value(f, y[i]!) / rows.length;
      grad = plus(grad, x, logistic.first(f, y[i]!) / rows.length);
    }
    return { value, grad };
  };
  return minimise(at, new Float64Array(dOut), { limit: 1e-8 }).at;
};

/**
 * LoRA on the last linear map under a fixed head, for the given examples; inputs scaled to unit
 * mean square length.
 */
export const encoderProblem = (
  features: Features,
  head: Float64Array,
  rows: readonly number[],
  { r, scale }: { readonly r: number; readonly scale: number },
): Problem => ({
  loss: logistic,
  n: rows.length,
  dIn: features.dIn,
  dOut: features.dOut,
  r,
  base: Float64Array.from(rows, (i) => dot(rowOf(features.pooled, i, features.dOut), head)),
  y: signs(features.labels).filter((_, i) => rows.includes(i)),
  views: [
    {
      u: Float64Array.from(rows.flatMap((i) => Array.from(rowOf(features.u, i, features.dIn), (x) => x / scale))),
      w: times(head, 1 / norm(head)),
    },
  ],
  train: 'B',
  onProduct: 0,
  onFactors: 0,
});

/** Root mean square length of the inputs. */
export const encodedLength = ({ u, labels }: Features): number => norm(u) / Math.sqrt(labels.length);

/** Splits 0 … n-1 into the examples that fit the head and those that train the adapter. */
export const halves = (n: number): readonly [readonly number[], readonly number[]] => [
  range(n).filter((i) => i % 2 === 0),
  range(n).filter((i) => i % 2 === 1),
];
