import * as tf from '@tensorflow/tfjs';
import { adamW, adamWDefaults } from './adamw.ts';
import { clipByNorm } from '../tensors/gradient.ts';
import { unpack, type Layout, type Params } from '../tensors/params.ts';
import { as1d, as2d, as3d } from '../tensors/rank.ts';
import { matrixOf, replaced, shapeOf, type LoraPair, type PairOptimizer } from './pairs.ts';
import { damped, inverse, sylvester } from './small-matrices.ts';

/**
 * Steps of the solver for X, which chooses among equal updates: an inexact X changes how factors
 * move, not where their product goes.
 */
const SOLVER_STEPS = 16;
const DAMPING = 1e-6;

/** Factors of K pairs with what stands for their gradients: A, CA [r, d_in]; B, CB [d_out, r]. */
export interface Factors {
  readonly A: tf.Tensor2D;
  readonly B: tf.Tensor2D;
  readonly CA: tf.Tensor2D;
  readonly CB: tf.Tensor2D;
  readonly scale: number;
}

/**
 * Gradients of the factors for which scale (B gA + gB A) is the nearest that any such sum comes to
 * the full gradient G of W, where CA = scale Bᵀ G and CB = scale G Aᵀ (LoRA-Pro, theorem 2.1): gA =
 * (BᵀB)⁻¹ CA / scale² + X A, gB = (I - B (BᵀB)⁻¹ Bᵀ) CB (A Aᵀ)⁻¹ / scale² - B X. X is free; with
 * `balanced` it solves BᵀB X + X A Aᵀ = -(BᵀB)⁻¹ CA Aᵀ / scale², which keeps gA and gB nearest to
 * CA and CB (theorem 2.3), else it is zero.
 */
export const proGradients = (
  pairs: readonly Factors[],
  balanced: boolean,
): readonly { readonly gA: tf.Tensor2D; readonly gB: tf.Tensor2D }[] => {
  const stack = (of: (pair: Factors) => tf.Tensor2D) => as3d(tf.stack(pairs.map(of)));
  const P = stack(({ B }) => tf.matMul(B, B, true, false));
  const Q = stack(({ A }) => tf.matMul(A, A, false, true));
  const [Pinv, Qinv] = [inverse(damped(P, DAMPING)), inverse(damped(Q, DAMPING))];
  const target = stack(({ CA, A, scale }) => as2d(tf.div(tf.matMul(CA, A, false, true), scale ** 2)));
  const C = as3d(tf.neg(tf.matMul(Pinv, target)));
  const X = balanced ? sylvester(P, Q, C, SOLVER_STEPS) : tf.zerosLike(C);
  const each = (all: tf.Tensor3D) => tf.unstack(all).map(as2d);
  const [pinv, qinv, x] = [each(Pinv), each(Qinv), each(X)];
  return pairs.map(({ A, B, CA, CB, scale }, i) => {
    const outside = as2d(tf.sub(CB, tf.matMul(B, tf.matMul(pinv[i]!, tf.matMul(B, CB, true, false)))));
    return {
      gA: as2d(tf.add(tf.div(tf.matMul(pinv[i]!, CA), scale ** 2), tf.matMul(x[i]!, A))),
      gB: as2d(tf.sub(tf.div(tf.matMul(outside, qinv[i]!), scale ** 2), tf.matMul(B, x[i]!))),
    };
  });
};

const factorsOf = (values: Params, moves: Params, { A, B, scale }: LoraPair): Factors => ({
  A: matrixOf(values, A),
  B: matrixOf(values, B),
  CA: matrixOf(moves, A),
  CB: matrixOf(moves, B),
  scale,
});

/**
 * LoRA-Pro with AdamW (Wang et al. 2025, https://arxiv.org/abs/2407.18242, algorithm 2): the
 * nearest full-size gradient that the factors can reach goes through Adam's moments, which are as
 * large as W, and what comes out is split over the factors in the same way.
 */
export const loraPro = (pairs: readonly LoraPair[], layout: Layout, balanced: boolean): PairOptimizer => {
  const sizes = pairs.map(({ A, B }) => shapeOf(layout, A)[1] * shapeOf(layout, B)[0]);
  const whole = sizes.reduce((a, b) => a + b, 0);
  const { beta1, beta2, epsilon } = adamWDefaults;
  return {
    slots: [
      { name: 'full_m', shape: [whole] },
      { name: 'full_v', shape: [whole] },
    ],
    step: ({ theta, grad, m, v, decay, lr, correction1, correction2, clip, slots }) => {
      const clipped = clipByNorm(grad, clip);
      const others = adamW({ theta, grad: clipped, m, v, decay, lr, correction1, correction2 });
      const [values, grads, decays] = [unpack(layout, theta), unpack(layout, clipped), unpack(layout, decay)];
      const factors = pairs.map((pair) => factorsOf(values, grads, pair));
      const near = tf.concat1d(
        proGradients(factors, false).map(({ gA, gB }, i) => {
          const { A, B, scale } = factors[i]!;
          return as1d(tf.reshape(tf.mul(tf.add(tf.matMul(B, gA), tf.matMul(gB, A)), scale), [sizes[i]!]));
        }),
      );
      const m1 = tf.add(tf.mul(slots.full_m!, beta1), tf.mul(near, 1 - beta1));
      const v1 = tf.add(tf.mul(slots.full_v!, beta2), tf.mul(tf.square(near), 1 - beta2));
      const direction = tf.div(tf.mul(m1, correction1), tf.add(tf.sqrt(tf.mul(v1, correction2)), epsilon));
      const parts = sizes.length === 1 ? [direction] : tf.split(as1d(direction), sizes);
      const wanted = factors.map((pair, i): Factors => {
        const { A, B, scale } = pair;
        const D = as2d(tf.reshape(parts[i]!, [B.shape[0], A.shape[1]]));
        return {
          ...pair,
          CA: as2d(tf.mul(tf.matMul(B, D, true, false), scale)),
          CB: as2d(tf.mul(tf.matMul(D, A, false, true), scale)),
        };
      });
      const moved = proGradients(wanted, balanced).flatMap(({ gA, gB }, i) =>
        (
          [
            [pairs[i]!.A, gA],
            [pairs[i]!.B, gB],
          ] as const
        ).map(([name, step]) => {
          const now = values[name]!;
          return [name, tf.sub(now, tf.mul(lr, tf.add(step, tf.mul(decays[name]!, now))))] as const;
        }),
      );
      return {
        ...others,
        theta: replaced(layout, others.theta, Object.fromEntries(moved)),
        slots: { full_m: m1, full_v: v1 },
      };
    },
  };
};
