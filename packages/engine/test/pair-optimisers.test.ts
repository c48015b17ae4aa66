import { fold, key, normal } from '@lab/random';
import { describe, expect, it } from 'vitest';
import {
  layoutOf,
  loraPro,
  loraRite,
  proGradients,
  tf,
  type PairOptimizer,
  type Params,
  type RiteLimiter,
} from '../src/index.ts';
import { inverse, inverseRoot, sylvester } from '../src/optimisers/small-matrices.ts';

const draws = (word: string, rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(normal(fold(key(31), word), rows * columns), [rows, columns]);

const largest = (x: tf.Tensor): number => tf.max(tf.abs(x)).arraySync() as number;
const off = (a: tf.Tensor, b: tf.Tensor): number => largest(tf.sub(a, b));

/** Two positive definite matrices of condition below a hundred. */
const positive = (): tf.Tensor3D =>
  tf.stack(
    ['one', 'two'].map((word) => {
      const F = draws(word, 12, 4);
      return tf.matMul(F, F, true, false);
    }),
  ) as tf.Tensor3D;

describe('small matrices', () => {
  // Sums of float32 rounding times a condition below a hundred.
  it('are inverted, rooted and solved for', () => {
    tf.tidy(() => {
      const G = positive();
      const eye = tf.tile(tf.expandDims(tf.eye(4), 0), [2, 1, 1]);
      expect(off(tf.matMul(inverse(G), G), eye)).toBeLessThan(1e-4);
      const root = inverseRoot(G);
      expect(off(tf.matMul(tf.matMul(root, G), root), eye)).toBeLessThan(1e-4);
      const Q = tf.reverse(G, 0) as tf.Tensor3D;
      const X = tf.stack([draws('x', 4, 4), draws('y', 4, 4)]) as tf.Tensor3D;
      const C = tf.add(tf.matMul(G, X), tf.matMul(X, Q)) as tf.Tensor3D;
      expect(off(sylvester(G, Q, C, 16), X)).toBeLessThan(1e-3);
    });
  });
});

/** The rank-2 problem of these tests: W = scale B A is to become a given matrix. */
const [dOut, r, dIn, scale] = [7, 3, 9, 2];
const pair = { A: 'q.lora_A', B: 'q.lora_B', scale };
const layout = layoutOf([
  { name: pair.A, shape: [r, dIn] },
  { name: pair.B, shape: [dOut, r] },
  { name: 'head', shape: [2] },
]);

interface Start {
  readonly A: tf.Tensor2D;
  readonly B: tf.Tensor2D;
}

const flat = (...parts: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat1d(parts.map((part) => tf.reshape(part, [-1]) as tf.Tensor1D));

/** Products scale B A after each of ten steps towards a goal, from given factors. */
const path = (optimizer: PairOptimizer, { A, B }: Start, lr = 0.02): readonly tf.Tensor[] => {
  const goal = draws('goal', dOut, dIn);
  let now: Params = { theta: flat(A, B, tf.ones([2])), m: tf.zeros([layout.size]), v: tf.zeros([layout.size]) };
  let slots: Params = Object.fromEntries(optimizer.slots.map(({ name, shape }) => [name, tf.zeros([...shape])]));
  return Array.from({ length: 10 }, (_, step) => {
    const [a, b, head] = tf.split(now.theta as tf.Tensor1D, [r * dIn, dOut * r, 2]);
    const [A1, B1] = [tf.reshape(a!, [r, dIn]) as tf.Tensor2D, tf.reshape(b!, [dOut, r]) as tf.Tensor2D];
    const G = tf.sub(tf.mul(tf.matMul(B1, A1), scale), goal) as tf.Tensor2D;
    const grad = flat(tf.mul(tf.matMul(B1, G, true), scale), tf.mul(tf.matMul(G, A1, false, true), scale), head!);
    const next = optimizer.step({
      layout,
      theta: now.theta as tf.Tensor1D,
      grad,
      m: now.m as tf.Tensor1D,
      v: now.v as tf.Tensor1D,
      decay: tf.fill([layout.size], 0.01) as tf.Tensor1D,
      lr: tf.scalar(lr),
      correction1: tf.scalar(1 / (1 - 0.9 ** (step + 1))),
      correction2: tf.scalar(1 / (1 - 0.999 ** (step + 1))),
      clip: 5,
      slots,
    });
    now = { theta: next.theta, m: next.m, v: next.v };
    slots = next.slots;
    const [a2, b2] = tf.split(next.theta, [r * dIn, dOut * r, 2]);
    return tf.mul(tf.matMul(tf.reshape(b2!, [dOut, r]), tf.reshape(a2!, [r, dIn])), scale);
  });
};

const start = (): Start => ({ A: draws('A', r, dIn), B: draws('B', dOut, r) });

/** The same product from factors in another basis: A becomes T⁻¹ A, B becomes B T. */
const moved = ({ A, B }: Start): Start => {
  const T = tf.tensor2d([3, 1, 0, 0, 0.5, 1, 1, 0, 2], [3, 3]);
  // Its determinant is 4.
  const inverted = tf.tensor2d([0.25, -0.5, 0.25, 0.25, 1.5, -0.75, -0.125, 0.25, 0.375], [3, 3]);
  expect(off(tf.matMul(T, inverted), tf.eye(3))).toBeLessThan(1e-6);
  return { A: tf.matMul(inverted, A), B: tf.matMul(B, T) };
};

describe('LoRA-RITE', () => {
  it('moves the product alike in every basis of its factors', () => {
    tf.tidy(() => {
      const optimizer = loraRite([pair], layout, 'none');
      const [one, other] = [path(optimizer, start()), path(optimizer, moved(start()))];
      const size = largest(one[9]!);
      // Ten steps with bases and roots in float32, each good to some 1e-5 of its size.
      one.forEach((product, step) => expect(off(product, other[step]!)).toBeLessThan(5e-4 * size));
      expect(off(one[9]!, one[0]!)).toBeGreaterThan(0.05 * size);
    });
  });

  it.each(['skip', 'shorten'] as const)('%s: starts from B = 0 and comes nearer to the goal', (limiter) => {
    tf.tidy(() => {
      const zero = { A: draws('A', r, dIn), B: tf.zeros([dOut, r]) as tf.Tensor2D };
      const products = path(loraRite([pair], layout, limiter), zero);
      const errors = products.map(
        (product) => tf.norm(tf.sub(product, draws('goal', dOut, dIn))).arraySync() as number,
      );
      errors.slice(1).forEach((error, step) => expect(error).toBeLessThan(errors[step]!));
    });
  });
});

it('LoRA-RITE leaves out the step of a factor whose root mean square exceeds 1, as published, and goes on', () => {
  tf.tidy(() => {
    // Near B = 0 a step of A is long: only its product with B counts.
    const [A, B] = [draws('A', r, dIn), tf.mul<tf.Tensor2D>(draws('B', dOut, r), 1e-3)];
    const step = (limiter: RiteLimiter) => {
      const optimizer = loraRite([pair], layout, limiter);
      const grad = flat(draws('dA', r, dIn), draws('dB', dOut, r), tf.zeros([2]));
      const slots = Object.fromEntries(optimizer.slots.map(({ name, shape }) => [name, tf.zeros([...shape])]));
      const zeros = tf.zeros<tf.Rank.R1>([layout.size]);
      const corrections = { correction1: tf.scalar(10), correction2: tf.scalar(1000) };
      const theta = flat(A, B, tf.ones([2]));
      return optimizer.step({
        ...{ layout, theta, grad, m: zeros, v: zeros, decay: zeros, lr: tf.scalar(0.01), clip: 1e9, slots },
        ...corrections,
      });
    };
    const change = (limiter: RiteLimiter) => {
      const [a, b] = tf.split(tf.sub(step(limiter).theta, flat(A, B, tf.ones([2]))), [r * dIn, dOut * r, 2]);
      return [a, b].map((part) => (part ? Math.max(...tf.abs(part).dataSync()) : NaN));
    };
    expect(change('skip')[0]).toBe(0);
    expect(change('skip')[1]).toBeGreaterThan(0);
    expect(change('none')[0]).toBeGreaterThan(0.01);
    expect(change('skip')[1]).toBe(change('none')[1]);
    expect(step('skip').m.dataSync()).toEqual(step('none').m.dataSync());
  });
});

/**
 * Projection onto the span of a matrix's columns, by Gram and Schmidt in double precision:
 * independent of any inverse.
 */
const spanOf = (columns: tf.Tensor2D): ((x: readonly number[]) => readonly number[]) => {
  const basis: number[][] = [];
  for (const column of tf.transpose(columns).arraySync() as number[][]) {
    let rest = [...column];
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        const along = other.reduce((sum, o, i) => sum + o * rest[i]!, 0);
        rest = rest.map((x, i) => x - along * other[i]!);
      }
    const length = Math.hypot(...rest);
    basis.push(rest.map((x) => x / length));
  }
  return (x) => {
    const parts = basis.map((b) => b.reduce((sum, o, i) => sum + o * x[i]!, 0));
    return x.map((_, i) => basis.reduce((sum, b, k) => sum + parts[k]! * b[i]!, 0));
  };
};

describe('LoRA-Pro', () => {
  const gradients = (balanced: boolean) => {
    const { A, B } = start();
    const G = draws('gradient', dOut, dIn);
    const [CA, CB] = [tf.mul(tf.matMul(B, G, true), scale), tf.mul(tf.matMul(G, A, false, true), scale)];
    const [{ gA, gB }] = proGradients(
      [{ A, B, CA, CB, scale } as Parameters<typeof proGradients>[0][number]],
      balanced,
    ) as [{ gA: tf.Tensor2D; gB: tf.Tensor2D }];
    const near = tf.mul(tf.add(tf.matMul(B, gA), tf.matMul(gB, A)), scale);
    return { A, B, G, CA, CB, gA, gB, near };
  };

  it.each([true, false])('comes as near to the full gradient as least squares do (X solved: %s)', (balanced) => {
    tf.tidy(() => {
      const { A, B, G, near } = gradients(balanced);
      // The reachable sums scale (B gA + gB A) are all matrices M with (1 - P) M (1 - Q) = 0 for
      // the projections on B's columns and A's rows, so the least squares leave exactly that part
      // of G.
      const [onB, onA] = [spanOf(B), spanOf(tf.transpose(A))];
      const rows = G.arraySync().map((row) => row.map((x, i) => x - onA(row)[i]!));
      const columns = Array.from({ length: dIn }, (_, j) => rows.map((row) => row[j]!));
      const left = columns.map((column) => column.map((x, i) => x - onB(column)[i]!));
      const best = Math.hypot(...left.flat());
      const ours = tf.norm(tf.sub(near, G)).arraySync() as number;
      expect(best).toBeGreaterThan(0.5);
      expect(Math.abs(ours - best)).toBeLessThan(1e-4 * best);
      expect(off(tf.transpose(tf.sub(G, near)), tf.tensor2d(left))).toBeLessThan(1e-4);
    });
  });

  it('with X solved keeps the factors’ gradients nearest to the plain ones', () => {
    tf.tidy(() => {
      const far = ({ CA, CB, gA, gB }: ReturnType<typeof gradients>): number =>
        Math.hypot(...[tf.sub(gA, CA), tf.sub(gB, CB)].map((x) => tf.norm(x).arraySync() as number));
      const [solved, zero] = [gradients(true), gradients(false)];
      expect(far(solved)).toBeLessThan(far(zero));
      // At a minimum any move along X costs: gA + e E A, gB - e B E.
      const E = tf.mul(draws('other X', r, r), 0.01) as tf.Tensor2D;
      for (const sign of [1, -1]) {
        const e = tf.mul(E, sign) as tf.Tensor2D;
        const there = {
          ...solved,
          gA: tf.add(solved.gA, tf.matMul(e, solved.A)) as tf.Tensor2D,
          gB: tf.sub(solved.gB, tf.matMul(solved.B, e)) as tf.Tensor2D,
        };
        expect(far(there)).toBeGreaterThan(far(solved));
      }
    });
  });

  it('starts from B = 0 and comes nearer to the goal', () => {
    tf.tidy(() => {
      const zero = { A: draws('A', r, dIn), B: tf.zeros([dOut, r]) as tf.Tensor2D };
      const products = path(loraPro([pair], layout, true), zero, 0.05);
      const errors = products.map(
        (product) => tf.norm(tf.sub(product, draws('goal', dOut, dIn))).arraySync() as number,
      );
      errors.slice(1).forEach((error, step) => expect(error).toBeLessThan(errors[step]!));
    });
  });
});
