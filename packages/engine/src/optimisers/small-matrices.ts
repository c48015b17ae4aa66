import * as tf from '@tensorflow/tfjs';
import { as3d } from '../tensors/rank.ts';

/** Below this a trace is that of a matrix of zeros. */
const NOTHING = 1e-16;

/** The identity, [1, r, r]. */
export const identity = (r: number): tf.Tensor3D =>
  tf.tensor3d(
    Float32Array.from({ length: r * r }, (_, at) => Number(Math.floor(at / r) === at % r)),
    [1, r, r],
  );

/** Traces of K matrices [K, r, r] -> [K, 1, 1]. */
const traces = (G: tf.Tensor): tf.Tensor => tf.sum(tf.mul(G, identity(G.shape[1]!)), [1, 2], true);

/** 1 for matrices [K, r, r] with a trace beyond rounding, 0 for zeros: [K, 1, 1]. */
export const alive = (G: tf.Tensor): tf.Tensor => tf.cast(tf.greater(traces(G), NOTHING), 'float32');

/** G + (relative mean of the diagonal + next to nothing) I. */
export const damped = (G: tf.Tensor, relative: number): tf.Tensor => {
  const r = G.shape[1]!;
  return tf.add(G, tf.mul(tf.add(tf.mul(traces(G), relative / r), 1e-20), identity(r)));
};

/**
 * F with F G Fᵀ = I, lower triangular: the inverse of G's Cholesky factor, so that G⁻¹ = Fᵀ F. G: K
 * positive definite matrices [K, r, r]; r elimination steps on all of them at once, written out,
 * since a compiled step knows no factorisations.
 */
export const inverseFactor = (G: tf.Tensor): tf.Tensor3D => {
  const [count, r] = as3d(G).shape;
  const eye = identity(r);
  let M: tf.Tensor = tf.concat([G, tf.tile(eye, [count, 1, 1])], 2);
  for (let j = 0; j < r; j++) {
    const below = tf.tensor3d(
      Float32Array.from({ length: r }, (_, i) => Number(i > j)),
      [1, r, 1],
    );
    const factors = tf.mul(tf.div(tf.slice(M, [0, 0, j], [count, r, 1]), tf.slice(M, [0, j, j], [count, 1, 1])), below);
    M = tf.sub(M, tf.mul(factors, tf.slice(M, [0, j, 0], [count, 1, 2 * r])));
  }
  const pivots = tf.sum(tf.mul(tf.slice(M, [0, 0, 0], [count, r, r]), eye), 2, true);
  return as3d(tf.div(tf.slice(M, [0, 0, r], [count, r, r]), tf.sqrt(pivots)));
};

/** Inverses of K positive definite matrices [K, r, r]. */
export const inverse = (G: tf.Tensor): tf.Tensor3D => {
  const F = inverseFactor(G);
  return tf.matMul(F, F, true, false);
};

/**
 * G^(-1/2) of K positive definite matrices [K, r, r] by the coupled Newton-Schulz iteration (Higham
 * 2008, section 6.7). It takes small eigenvalues up by 9/4 a step, so `steps` 30 reach a condition
 * of some 1e8 and are exact to float32 long before that.
 */
export const inverseRoot = (G: tf.Tensor, steps = 30): tf.Tensor3D => {
  const [count, r] = as3d(G).shape;
  const size = traces(G);
  const eye = identity(r);
  let Y = as3d(tf.div(G, size));
  let Z = tf.tile(eye, [count, 1, 1]);
  for (let step = 0; step < steps; step++) {
    const T = as3d(tf.mul(tf.sub(tf.mul(eye, 3), tf.matMul(Z, Y)), 0.5));
    Y = tf.matMul(Y, T);
    Z = tf.matMul(T, Z);
  }
  return as3d(tf.div(Z, tf.sqrt(size)));
};

/**
 * X with P X + X Q = C for K triples of which P and Q are positive definite, all [K, r, r]:
 * conjugate gradients, preconditioned by the diagonals. Starts from zero, so a C of zeros gives
 * zeros.
 */
export const sylvester = (P: tf.Tensor3D, Q: tf.Tensor3D, C: tf.Tensor3D, steps: number): tf.Tensor3D => {
  const [, r] = C.shape;
  const eye = identity(r);
  const diagonal = (of: tf.Tensor, axis: number): tf.Tensor => tf.sum(tf.mul(of, eye), axis, true);
  const scale = tf.add(tf.add(diagonal(P, 2), diagonal(Q, 1)), 1e-20);
  const inner = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.mul(a, b), [1, 2], true);
  const ratio = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.div(a, tf.add(b, 1e-30));
  let X = tf.zerosLike(C);
  let residual: tf.Tensor = C;
  let z = tf.div(residual, scale);
  let direction = z;
  let rz = inner(residual, z);
  for (let step = 0; step < steps; step++) {
    const d = as3d(direction);
    const image = tf.add(tf.matMul(P, d), tf.matMul(d, Q));
    const length = ratio(rz, inner(d, image));
    X = tf.add(X, tf.mul(length, d));
    residual = tf.sub(residual, tf.mul(length, image));
    z = tf.div(residual, scale);
    const next = inner(residual, z);
    direction = tf.add(z, tf.mul(ratio(next, rz), d));
    rz = next;
  }
  return X;
};
