import { floats } from '@lab/engine';
import { itemAt } from '@lab/records';
import type { HostParams } from '../host-params.ts';
import type { LinearSpec } from '../model.ts';
import { floatsAt } from '../named.ts';
import { leastSquares } from './least-squares.ts';

/** One direction of a map on the host: B A with A [r, d_in], B [d_out, r], and its magnitude. */
export interface Direction {
  readonly A: Float32Array;
  readonly B: Float32Array;
  readonly r: number;
  readonly magnitude: number;
}

type Sizes = Pick<LinearSpec, 'path' | 'dIn' | 'dOut'>;

const norm = (values: Float32Array): number => Math.hypot(...squares(values));

/** Root of the sum of squares by blocks, so that no call has too many arguments. */
function* squares(values: Float32Array): Generator<number> {
  const size = 1024;
  for (let at = 0; at < values.length; at += size) yield Math.hypot(...values.subarray(at, at + size));
}

/** The columns `first` to `first + r` of a matrix [rows, width]. */
const columns = (values: Float32Array, width: number, first: number, r: number): Float32Array =>
  Float32Array.from({ length: (values.length / width) * r }, (_, i) =>
    itemAt(values, Math.floor(i / r) * width + first + (i % r)),
  );

/** The directions that a run left for a map, the one it trained last. `ranks`: theirs, in order. */
export const directionsOf = (
  { path, dIn }: Sizes,
  params: HostParams,
  ranks: readonly number[],
): readonly Direction[] => {
  const magnitudes = floatsAt(params, `${path}.magnitude`);
  const past = ranks.slice(0, -1);
  const total = past.reduce((a, b) => a + b, 0);
  const ended = past.map((r, k): Direction => {
    const first = past.slice(0, k).reduce((a, b) => a + b, 0);
    const A = floatsAt(params, `${path}.past_A`).slice(first * dIn, (first + r) * dIn);
    const B = columns(floatsAt(params, `${path}.past_B`), total, first, r);
    return { A, B, r, magnitude: itemAt(magnitudes, k) };
  });
  const [A, B] = [floatsAt(params, `${path}.lora_A`), floatsAt(params, `${path}.lora_B`)];
  return [...ended, { A, B, r: itemAt(ranks, past.length), magnitude: itemAt(magnitudes, past.length) }];
};

/** <B A, B' A'>: the sum over pairs of ranks of (bᵢ · b'ⱼ) (aᵢ · a'ⱼ). */
const inner = (one: Direction, other: Direction, { dIn, dOut }: Sizes): number => {
  let sum = 0;
  for (let i = 0; i < one.r; i++)
    for (let j = 0; j < other.r; j++) {
      let [left, right] = [0, 0];
      for (let o = 0; o < dOut; o++) left += itemAt(one.B, o * one.r + i) * itemAt(other.B, o * other.r + j);
      for (let k = 0; k < dIn; k++) right += itemAt(one.A, i * dIn + k) * itemAt(other.A, j * dIn + k);
      sum += left * right;
    }
  return sum;
};

/** A direction divided by the norms of its factors; its magnitude takes them over. */
const normalised = ({ A, B, r, magnitude }: Direction): Direction => {
  const [a, b] = [norm(A), norm(B)];
  if (a === 0 || b === 0) return { A, B, r, magnitude };
  return { A: A.map((x) => x / a), B: B.map((x) => x / b), r, magnitude: magnitude * a * b };
};

/**
 * The directions with the last one ended: divided by its norms, or, where the others give all but
 * the share `distil` of its square, replaced by them and set to zero.
 */
export const closed = (directions: readonly Direction[], sizes: Sizes, distil: number): readonly Direction[] => {
  const past = directions.slice(0, -1);
  const last = normalised(itemAt(directions, past.length));
  const whole = inner(last, last, sizes);
  if (distil === 0 || past.length === 0 || whole === 0) return [...past, last];
  const gram = past.map((one) => past.map((other) => inner(one, other, sizes)));
  const shares = leastSquares(
    gram,
    past.map((one) => inner(one, last, sizes)),
  );
  const explained = past.reduce((sum, one, k) => sum + itemAt(shares, k) * inner(one, last, sizes), 0);
  if (whole - explained > distil * whole) return [...past, last];
  const moved = past.map((one, k) => ({ ...one, magnitude: one.magnitude + itemAt(shares, k) * last.magnitude }));
  return [...moved, { ...last, A: last.A.map(() => 0), B: last.B.map(() => 0), magnitude: 0 }];
};

/** The directions as the constants and the magnitudes of the run that follows. */
export const asPast = ({ path, dIn, dOut }: Sizes, past: readonly Direction[], start: number): HostParams => {
  const total = past.reduce((sum, { r }) => sum + r, 0);
  const B = new Float32Array(dOut * total);
  let first = 0;
  for (const direction of past) {
    for (let o = 0; o < dOut; o++)
      B.set(direction.B.subarray(o * direction.r, (o + 1) * direction.r), o * total + first);
    first += direction.r;
  }
  const A = new Float32Array(total * dIn);
  past.reduce((at, direction) => (A.set(direction.A, at), at + direction.A.length), 0);
  const magnitudes = Float32Array.of(...past.map(({ magnitude }) => magnitude), start);
  return {
    [`${path}.past_A`]: floats(A, [total, dIn]),
    [`${path}.past_B`]: floats(B, [dOut, total]),
    [`${path}.magnitude`]: floats(magnitudes),
  };
};
