import { itemAt } from '@lab/records';
/** A row of attention logits with one key dropped, in double precision. */
export interface DroppedRow {
  readonly logits: Float64Array;
  readonly m: number;
}

const exps = (g: Float64Array): Float64Array => g.map(Math.exp);
const total = (e: Float64Array): number => e.reduce((a, b) => a + b, 0);

/** Weights after DropKey: the dropped logit is minus infinity (HiddenKey, Eq. 3). */
export const dropKeyWeights = ({ logits, m }: DroppedRow): Float64Array => {
  const e = exps(logits).map((x, i) => (i === m ? 0 : x));
  const s = total(e);
  return e.map((x) => x / s);
};

/**
 * Weights after DropAttention: softmax, the dropped weight zero, divided by the sum of the others
 * (Eq. 1, 2). `frozen` is that sum as a constant, which is what NoGrad means for a derivative by
 * the logits.
 */
export const dropAttentionWeights = ({ logits, m }: DroppedRow, frozen?: number): Float64Array => {
  const e = exps(logits);
  const s = total(e);
  const kept = e.map((x, i) => (i === m ? 0 : x / s));
  const sum = frozen ?? total(kept);
  return kept.map((x) => x / sum);
};

/** Sum of the kept weights, the constant that NoGrad freezes. */
export const keptSum = ({ logits, m }: DroppedRow): number => {
  const e = exps(logits);
  return 1 - itemAt(e, m) / total(e);
};

/** dw'_u / dg_j by central differences, and its error: cubic in the step, and rounding. */
export const difference = (
  weights: (logits: Float64Array) => Float64Array,
  logits: Float64Array,
  u: number,
  j: number,
  h = 1e-5,
): number => {
  const at = (sign: number) => itemAt(weights(logits.map((g, i) => (i === j ? g + sign * h : g))), u);
  return (at(1) - at(-1)) / (2 * h);
};

/**
 * What a central difference of a weight may be wrong by: h²/6 times a third derivative of at most
 * 1, and rounding over h.
 */
export const differenceError = (h = 1e-5): number => h ** 2 / 6 + (8 * 2 ** -52) / h;

/** The closed forms (Eq. 7-10, 14, 15); S over all keys, S_m without the dropped one. */
export const gradients = ({ logits, m }: DroppedRow, u: number) => {
  const e = exps(logits);
  const [eu, em] = [itemAt(e, u), itemAt(e, m)];
  const S = total(e);
  const Sm = S - em;
  return {
    dropKeyOwn: (eu * (Sm - eu)) / Sm ** 2,
    noGradDropped: (-eu * em) / (S * Sm),
    noGradOwn: (eu * (S - eu)) / (S * Sm),
    k: (1 - eu / Sm) / (1 - eu / S),
  };
};
