import { present } from '@lab/records';
import * as tf from '@tensorflow/tfjs';
import { adamW, adamWDefaults } from './adamw.ts';
import { unpack, type Layout, type Params } from '../tensors/params.ts';
import { as1d, as2d, as3d } from '../tensors/rank.ts';
import { matrixOf, replaced, shapeOf, type LoraPair, type PairOptimizer } from './pairs.ts';
import { alive, damped, inverseFactor, inverseRoot } from './small-matrices.ts';

/**
 * What is added to the mean of a Gram matrix's, and of a second moment's, eigenvalues before they
 * are inverted.
 */
const DAMPING = 1e-6;

const stacked = (all: readonly tf.Tensor[]) => as3d(tf.stack([...all]));
const each = (all: tf.Tensor) => tf.unstack(all).map(as2d);
const gram = (all: readonly tf.Tensor2D[]) => stacked(all.map((F) => tf.matMul(F, F, true, false)));

/**
 * Orthonormal bases U = F T of tall factors F [d, r], where T is the inverse of R in F = U R:
 * Cholesky QR, twice for its rounding. A factor of zeros has U = 0 and T = 0.
 */
const basesOf = (
  factors: readonly tf.Tensor2D[],
): { readonly U: readonly tf.Tensor2D[]; readonly T: readonly tf.Tensor2D[] } => {
  const G = gram(factors);
  const first = as3d(tf.mul(inverseFactor(damped(G, DAMPING)), alive(G)));
  const rough = each(first).map((L, i) => tf.matMul<tf.Tensor2D>(factors[i]!, L, false, true));
  const second = inverseFactor(damped(gram(rough), DAMPING));
  const T = each(tf.mul(tf.matMul(first, second, true, true), alive(G)));
  return { U: factors.map((F, i) => tf.matMul(F, T[i]!)), T };
};

const lengths = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor =>
  tf.sqrt(tf.relu(tf.sum(tf.mul(tf.matMul(a, a, true, false), tf.matMul(b, b, true, false)))));

/** How long steps are kept from overshooting: `skip` as in the authors' code, `shorten` is ours. */
export type RiteLimiter = 'skip' | 'shorten' | 'none';

/**
 * 0 for a factor's step whose root mean square exceeds 1, else 1: it is left out, and moments go
 * on.
 */
const unlessLong = (step: tf.Tensor2D): tf.Tensor =>
  tf.cast(tf.lessEqual(tf.sqrt(tf.mean(tf.square(step))), 1), 'float32');

/**
 * What A's step is multiplied with, at most 1: the product of both steps, lr² dY dXᵀ, may be as
 * long as that of B's step alone, lr dY Xᵀ. Near B = 0 A's step is long, since only its product
 * with B counts, and a step of both at once would overshoot. All three are products, so the bound
 * is the same in every basis.
 */
const shortened = (dX: tf.Tensor2D, dY: tf.Tensor2D, X: tf.Tensor2D, lr: tf.Scalar): tf.Tensor =>
  tf.minimum(tf.div(lengths(dY, X), tf.add(tf.mul(lr, lengths(dY, dX)), 1e-20)), 1);

/** The other factor of a pair: A's stand at even places, B's behind them. */
const partner = (k: number): number => k ^ 1;

/**
 * LoRA-RITE (Yen et al. 2025, https://arxiv.org/abs/2410.20625, algorithm 1) without its escaped
 * mass, as the authors' code by default. Of a pair Z = Y Xᵀ (Y = B, X = Aᵀ) each factor is seen in
 * the orthonormal basis of the other: the unmagnified gradient g = dL/dY R_X⁻¹ does not know how
 * long X is; moments are carried over to each step's basis by P = Uᵀ U_before; M <- beta1 M Pᵀ + (1
 * - beta1) g V^(-1/2), V <- beta2 P V Pᵀ + (1 - beta2) gᵀ g / d, Y <- Y - lr M R_X⁻ᵀ. So the step
 * of Z is the same for every way to write Z as a product. `m` holds the first moments and `v` the
 * last bases, in the shapes of A and B; `second` the V. The clip acts on unmagnified gradients and
 * the others' together. `limiter` says what happens to steps M R_X⁻ᵀ that are too long.
 */
export const loraRite = (pairs: readonly LoraPair[], layout: Layout, limiter: RiteLimiter = 'skip'): PairOptimizer => {
  const names = pairs.flatMap(({ A, B }) => [A, B]);
  const isA = (k: number): boolean => k % 2 === 0;
  const [r] = shapeOf(layout, names[0]!);
  const { beta1, beta2 } = adamWDefaults;
  /** A as a tall matrix, and back. */
  const tall = (values: Params) =>
    names.map((name, k) => (isA(k) ? tf.transpose(matrixOf(values, name)) : matrixOf(values, name)));
  const named = (all: readonly tf.Tensor[]): Params =>
    Object.fromEntries(all.map((value, k) => [names[k]!, isA(k) ? tf.transpose(value) : value]));
  return {
    slots: [{ name: 'second', shape: [names.length, r, r] }],
    step: ({ theta, grad, m, v, decay, lr, correction1, correction2, clip, slots }) => {
      const [factors, decays] = [tall(unpack(layout, theta)), tall(unpack(layout, decay))];
      const { U, T } = basesOf(factors);
      const raw = tall(unpack(layout, grad)).map((g, k) => tf.matMul(g, T[partner(k)]!));
      const seen = replaced(layout, grad, named(raw));
      const share = tf.minimum(tf.div(clip, tf.add(tf.sqrt(tf.sum(tf.square(seen))), 1e-6)), 1);
      const clipped = as1d(tf.mul(seen, share));
      const others = adamW({ theta, grad: clipped, m, v, decay, lr, correction1, correction2 });
      const gs = tall(unpack(layout, clipped));
      const before = tall(unpack(layout, v));
      const turn = stacked(names.map((_, k) => tf.matMul(U[partner(k)]!, before[partner(k)]!, true, false)));
      const carried = tf.matMul(tf.matMul(turn, as3d(present(slots.second, 'the slot second'))), turn, false, true);
      const fresh = stacked(gs.map((g) => tf.div(tf.matMul(g, g, true, false), g.shape[0])));
      const second = tf.add(tf.mul(carried, beta2), tf.mul(fresh, 1 - beta2));
      const roots = each(
        tf.mul(inverseRoot(damped(tf.mul(second, correction2), DAMPING)), alive(tf.mul(second, 1e20))),
      );
      const turns = each(turn);
      const momenta = tall(unpack(layout, m)).map((M, k) =>
        as2d(
          tf.add(tf.mul(tf.matMul(M, turns[k]!, false, true), beta1), tf.mul(tf.matMul(gs[k]!, roots[k]!), 1 - beta1)),
        ),
      );
      const steps = momenta.map((M, k) =>
        tf.matMul<tf.Tensor2D>(as2d(tf.mul(M, correction1)), T[partner(k)]!, false, true),
      );
      const limits = (k: number): tf.Tensor | number => {
        const [own, other] = [steps[k], steps[partner(k)]];
        if (!own || !other || limiter === 'none') return 1;
        if (limiter === 'skip') return unlessLong(own);
        return isA(k) ? shortened(own, other, factors[k]!, lr) : 1;
      };
      const moved = factors.map((F, k) => {
        const step = tf.mul(steps[k]!, limits(k));
        return tf.sub(F, tf.mul(lr, tf.add(step, tf.mul(decays[k]!, F))));
      });
      return {
        theta: replaced(layout, others.theta, named(moved)),
        m: replaced(layout, others.m, named(momenta)),
        v: replaced(layout, others.v, named(U)),
        slots: { second },
      };
    },
  };
};
