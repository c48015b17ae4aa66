import { fold, key, normal } from '@lab/random';
import { expect, it } from 'vitest';
import { extremeEigenvalues } from '../src/dense/lanczos.ts';
import { fitLinear, linearLosses, reducedProblem } from '../src/dense/linear.ts';
import { hessianTimes, losses, objective } from '../src/dense/lora.ts';
import { pairDrawer, withMasks } from '../src/dense/masked.ts';
import { logistic, squared } from '../src/dense/pointwise.ts';
import type { Problem } from '../src/dense/problem.ts';
import { solve } from '../src/dense/solve.ts';
import { loraStart, sample, teacher } from '../src/dense/synthetic.ts';
import { fitDense } from '../src/dense/train.ts';
import { dot, matMul, matVec, norm, orthonormalised, plus, times } from '../src/dense/vector.ts';

const sizes = { dIn: 5, dOut: 3, r: 2 };
const vector = (label: string, n: number) => Float64Array.from(normal(fold(key(7), label), n));

const problems = [logistic, squared].map((loss): Problem => {
  const plain = sample(key(1), teacher(key(2), sizes, loss), 9, 'both');
  const draw = pairDrawer(0.4, sizes);
  return { ...withMasks(plain, [draw(key(3)), draw(key(4))]), onProduct: 0.2, onFactors: 0.05 };
});

it.each(problems.map((p) => [p.loss.name, p] as const))(
  '%s: gradient and Hessian against differences',
  (_, problem) => {
    const theta = loraStart(key(5), problem, 0.6);
    const direction = vector('direction', theta.length);
    const h = 1e-5;
    const [up, down] = [objective(problem, plus(theta, direction, h)), objective(problem, plus(theta, direction, -h))];
    const { grad } = objective(problem, theta);
    // Central differences: h² times a third derivative of order one, and rounding over h.
    expect((up.value - down.value) / (2 * h)).toBeCloseTo(dot(grad, direction), 7);
    const bent = times(plus(up.grad, down.grad, -1), 1 / (2 * h));
    expect(norm(plus(bent, hessianTimes(problem, theta, direction), -1))).toBeLessThan(1e-6);
  },
);

it('Lanczos finds the eigenvalues that the matrix was made from', () => {
  const n = 12;
  const Q = orthonormalised(vector('basis', n * n), n);
  const values = Float64Array.from({ length: n }, (_, i) => i * i - 20);
  const M = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) M[i * n + j]! += values[k]! * Q[k * n + i]! * Q[k * n + j]!;
  const { smallest, largest } = extremeEigenvalues((v) => matVec(M, v), n, key(8));
  expect(smallest).toBeCloseTo(-20, 10);
  expect(largest).toBeCloseTo(101, 10);
});

it('Cholesky solves, and refuses what is not positive definite', () => {
  const L = vector('factor', 16);
  const M = matMul(
    L,
    Float64Array.from(L, (_, k) => L[(k % 4) * 4 + Math.floor(k / 4)]!),
    4,
  );
  const x = vector('solution', 4);
  expect(norm(plus(solve(M, matVec(M, x)), x, -1))).toBeLessThan(1e-8);
  expect(() => solve([1, 2, 2, 1], [1, 1])).toThrow(/positive definite/);
});

it('LoRA with A frozen and its reduction have the same optimum', () => {
  const problem: Problem = { ...sample(key(1), teacher(key(2), sizes, logistic), 30, 'B'), onProduct: 0.1 };
  const start = loraStart(key(5), problem);
  const small = reducedProblem(problem, start);
  const whole = losses(problem, fitDense(problem, start).at);
  const part = linearLosses(small, fitLinear(small, new Float64Array(sizes.r)));
  // Both gradients are below 1e-9 and the curvature is at least .2.
  expect(norm(plus(whole, part, -1))).toBeLessThan(1e-7);
});
