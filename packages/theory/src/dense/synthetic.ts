import { itemAt } from '@lab/records';
import { fold, normal, uniform, type Key } from '@lab/random';
import { logistic, type Pointwise } from './pointwise.ts';
import { sizeOfA, sizeOfBoth, type Problem } from './problem.ts';
import { matVec, norm, orthonormalised, times } from './vector.ts';

export interface Sizes {
  readonly n: number;
  readonly dIn: number;
  readonly dOut: number;
  readonly r: number;
}

const gaussian = (key: Key, n: number, scale: number): Float64Array =>
  Float64Array.from(normal(key, n), (x) => scale * x);

/** What the examples are drawn from: a frozen readout, and the update that would be right. */
interface Teacher extends Omit<Sizes, 'n'> {
  readonly loss: Pointwise;
  readonly w: Float64Array;
  readonly truth: Float64Array;
  readonly noise: number;
}

/**
 * Unit readout, a true direction of length `signal`, and noise: of labels (chance of a flip) or of
 * targets (deviation).
 */
export const teacher = (
  key: Key,
  sizes: Omit<Sizes, 'n'>,
  loss: Pointwise,
  { signal = 2, noise = 0.5 }: { readonly signal?: number; readonly noise?: number } = {},
): Teacher => {
  const w = gaussian(fold(key, 'readout'), sizes.dOut, 1);
  const truth = gaussian(fold(key, 'truth'), sizes.dIn, 1);
  return {
    loss,
    dIn: sizes.dIn,
    dOut: sizes.dOut,
    r: sizes.r,
    noise,
    w: times(w, 1 / norm(w)),
    truth: times(truth, signal / norm(truth)),
  };
};

/**
 * n examples of a teacher: standard normal inputs. Logistic: labels from the logistic law of
 * truthᵀu. Squared: truthᵀu plus normal noise. Without masks and penalties; A is trained or not as
 * `train` says.
 */
export const sample = (key: Key, from: Teacher, n: number, train: Problem['train']): Problem => {
  const u = gaussian(fold(key, 'inputs'), n * from.dIn, 1);
  const clean = matVec(u, from.truth);
  const chance = uniform(fold(key, 'labels'), n);
  const noise = normal(fold(key, 'noise'), n);
  const y =
    from.loss === logistic
      ? clean.map((f, i) => (itemAt(chance, i) < 1 / (1 + Math.exp(-f)) ? 1 : -1))
      : clean.map((f, i) => f + from.noise * itemAt(noise, i));
  return {
    loss: from.loss,
    n,
    dIn: from.dIn,
    dOut: from.dOut,
    r: from.r,
    base: new Float64Array(n),
    y,
    views: [{ u, w: from.w }],
    train,
    onProduct: 0,
    onFactors: 0,
  };
};

/**
 * The start of LoRA: A with orthonormal rows, so that ||BA|| = ||B|| while A is frozen; B zero, or
 * small where `spread` is given.
 */
export const loraStart = (key: Key, problem: Pick<Problem, 'dIn' | 'dOut' | 'r'>, spread = 0): Float64Array => {
  const theta = new Float64Array(sizeOfBoth(problem));
  theta.set(orthonormalised(gaussian(fold(key, 'A'), sizeOfA(problem), 1), problem.dIn));
  theta.set(gaussian(fold(key, 'B'), problem.dOut * problem.r, spread), sizeOfA(problem));
  return theta;
};
