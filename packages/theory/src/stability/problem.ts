import { itemAt } from '@lab/records';
import { fold, type Key } from '@lab/random';
import type { CheckBudget, Context } from '../check.ts';
import {
  linearOutput,
  exampleGradient,
  fitLinear,
  linearCurvature,
  linearLosses,
  reducedProblem,
  type LinearProblem,
} from '../dense/linear.ts';
import { logistic, squared, type Pointwise } from '../dense/pointwise.ts';
import { loraStart, sample, teacher } from '../dense/synthetic.ts';
import { norm, plus } from '../dense/vector.ts';
import { range } from '../real/batch.ts';
import { average } from '@lab/metrics';

/** Where stability is taken: dropout rate, multiplier of the penalty, examples. */
export interface StabilitySetting {
  readonly p: number;
  readonly lambda: number;
  readonly n: number;
}

/** Constants of Prop. 4.2 and Thm. 4.4 and what they bound, measured on one training set. */
export interface Stability extends StabilitySetting {
  /** λ(2p - p²), the weight of ||Δ||². */
  readonly weight: number;
  /**
   * Smallest eigenvalue of the Hessian of the mean loss at the optimum, the penalty not counted.
   */
  readonly smallest: number;
  /** Largest gradient norm of an example's penalised loss between θ(S) and θ(S^i). */
  readonly eta: number;
  /** Mean over i of |loss_i(θ(S^i)) - loss_i(θ(S))|. */
  readonly beta: number;
  /** Largest ||θ(S^i) - θ(S)|| met. */
  readonly moved: number;
  /** Largest loss met, on training and fresh examples. */
  readonly C: number;
  readonly trainRisk: number;
  readonly testRisk: number;
}

/** 2p - p². */
export const penaltyOf = (p: number): number => 2 * p - p * p;

const manyExamples = 320;

/**
 * Beyond `manyExamples` only the first ones are left out in turn; they are drawn independently, so
 * the mean stays unbiased.
 */
const mostRetrainings = 20;

/** Retrains without each example and measures every constant. */
export const stabilityOf = (
  problem: LinearProblem,
  fresh: LinearProblem,
  setting: StabilitySetting,
  key: Key,
): Stability => {
  const whole = fitLinear(problem, new Float64Array(itemAt(problem.z, 0).length));
  const own = linearLosses(problem, whole);
  const test = linearLosses(fresh, whole);
  const n = problem.y.length;
  let eta = Math.max(...range(n).map((i) => norm(exampleGradient(problem, whole, i))));
  let moved = 0;
  const changes = range(n > manyExamples ? mostRetrainings : n).map((i) => {
    const without = fitLinear(problem, whole, i);
    const step = plus(without, whole, -1);
    moved = Math.max(moved, norm(step));
    for (const t of [0.5, 1]) eta = Math.max(eta, norm(exampleGradient(problem, plus(whole, step, t), i)));
    return Math.abs(problem.loss.value(linearOutput(problem, without, i), itemAt(problem.y, i)) - itemAt(own, i));
  });
  return {
    ...setting,
    weight: problem.weight,
    smallest: linearCurvature(problem, whole, key).smallest,
    eta,
    beta: average(changes),
    moved,
    C: Math.max(...own, ...test),
    trainRisk: average(own),
    testRisk: average(test),
  };
};

const sizes = { dIn: 12, dOut: 1, r: 4 };

/**
 * One training set of the synthetic problem with A frozen at orthonormal rows, its penalty λ(2p -
 * p²)||BA||².
 */
const frozenCase = (key: Key, loss: Pointwise, setting: StabilitySetting, freshCount: number): Stability => {
  const from = teacher(fold(key, 'teacher'), sizes, loss, { signal: 2, noise: 0.5 });
  const start = loraStart(fold(key, 'start'), sizes);
  const onProduct = setting.lambda * penaltyOf(setting.p);
  const drawn = (label: string, n: number) =>
    reducedProblem({ ...sample(fold(fold(key, label), n), from, n, 'B'), onProduct }, start);
  return stabilityOf(drawn('train', setting.n), drawn('fresh', freshCount), setting, key);
};

/** Settings along each axis, crossing at p = .3, λ = .1, n = 80. */
const settings = (budget: CheckBudget): readonly StabilitySetting[] => {
  const centre = { p: 0.3, lambda: 0.1, n: budget === 'smoke' ? 40 : 80 };
  const rates = budget === 'smoke' ? [0, 0.5] : [0, 0.1, 0.3, 0.5, 0.7, 0.9];
  const lambdas = budget === 'smoke' ? [1] : [0.01, 0.03, 0.3, 1];
  const counts = budget === 'smoke' ? [20] : [20, 40, 160, 320, 2560, 10_000];
  return [
    ...rates.map((p) => ({ ...centre, p })),
    ...lambdas.map((lambda) => ({ ...centre, lambda })),
    ...counts.map((n) => ({ ...centre, n })),
  ];
};

/** All training sets of one loss and setting. */
interface Cases {
  readonly loss: Pointwise['name'];
  readonly setting: StabilitySetting;
  readonly cases: readonly Stability[];
}

const kept = new WeakMap<Key, readonly Cases[]>();

/**
 * Logistic and ridge LoRA at every setting; several checks look at the same retrainings, which are
 * done once a run.
 */
export const frozenCases = ({ shared, budget }: Context): readonly Cases[] => {
  const [sets, fresh] = budget === 'smoke' ? [2, 500] : [12, 4000];
  const cases =
    kept.get(shared) ??
    [logistic, squared].flatMap((loss) =>
      settings(budget).map((setting) => ({
        loss: loss.name,
        setting,
        cases: range(sets).map((s) =>
          frozenCase(fold(fold(fold(shared, 'stability'), loss.name), s), loss, setting, fresh),
        ),
      })),
    );
  kept.set(shared, cases);
  return cases;
};
