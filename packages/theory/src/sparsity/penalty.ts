import { itemAt } from '@lab/records';
import { fold, normal } from '@lab/random';
import { check, pick } from '../check.ts';
import { pairDrawer } from '../dense/masked.ts';
import { solve } from '../dense/solve.ts';
import { crossMoments, secondMoments } from '../dense/moments.ts';
import { dot } from '../dense/vector.ts';
import { citeLoraDropout } from '../papers.ts';
import { atMost, equal, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { estimate } from '../stats.ts';
import { range } from '../real/batch.ts';

const [n, d] = [40, 8];
const RATES = [0.1, 0.3, 0.5, 0.7] as const;
const LAMBDAS = [0.01, 0.1, 1] as const;

/**
 * Least squares with one row of Δ: L(Δ) = mean (y - Δu)² / 2 as S = UᵀU/n, c = Uᵀy/n and mean y².
 */
interface Quadratic {
  readonly S: Float64Array;
  readonly c: Float64Array;
  readonly yy: number;
}

const loss = ({ S, c, yy }: Quadratic, x: Float64Array): number =>
  yy / 2 - dot(c, x) + x.reduce((t, xi, i) => t + xi * dot(S.subarray(i * d, (i + 1) * d), x), 0) / 2;

/** The minimiser of L + weight ||Δ||². */
const minimiser = ({ S, c }: Quadratic, weight: number): Float64Array =>
  solve(
    S.map((s, k) => s + (k % (d + 1) === 0 ? 2 * weight : 0)),
    c,
  );

export const penalty = check({
  name: 'penalty',
  group: 'sparsity',
  claim:
    'The sparsity penalty λ E||d*Δ||² is the weight decay λ(2p - p²)||Δ||²; its minimum is below the saddle ' +
    'value of Eq. 10.',
  cite: citeLoraDropout('Eq. 9-11'),
  prediction: 'min Eq. 11 = minimum of ridge regression with λ(2p - p²), and <= Eq. 10 = L(θ0)',
  procedure:
    'least squares, 40 examples: the penalty of the ridge minimiser averaged over drawn masks, against the ' +
    'closed form; Eq. 10 by letting λ grow',
  limits:
    'for any p > 0 the constraint of Eq. 9 leaves Δ = 0 alone, so Eq. 10 is the loss without fine-tuning and ' +
    'the inequality is empty',
  formula: (p: number) => 2 * p - p * p,
  perturbed: { change: 'p instead of 2p - p²', formula: (p: number) => p },
  measure: (context) => {
    const draws = pick(context, { smoke: 4000, quick: 10_000 });
    const u = normal(fold(context.key, 'inputs'), n * d);
    const truth = normal(fold(context.key, 'truth'), d);
    const noise = normal(fold(context.key, 'noise'), n);
    const rows = range(n).map((i) => u.subarray(i * d, (i + 1) * d));
    const y = rows.map((x, i) => dot(x, truth) + itemAt(noise, i));
    const problem: Quadratic = {
      S: secondMoments(rows),
      c: crossMoments(rows, y),
      yy: average(y.map((v) => v * v)),
    };
    // One row of Δ: the row mask is one coin, the column mask d coins.
    const drops = RATES.map((p) => {
      const stream = fold(fold(context.key, 'masks'), `p=${p}`);
      const draw = pairDrawer(p, { dIn: d, dOut: 1, r: 1 });
      const pairs = range(draws).map((i) => draw(fold(stream, i)));
      return { p, dropped: pairs.map(({ a, b }) => a.map((keep) => 1 - keep * itemAt(b, 0))) };
    });
    return { problem, drops };
  },
  rows: ({ problem, drops }, formula) =>
    drops.flatMap(({ p, dropped }): CheckRow[] => {
      const none = loss(problem, new Float64Array(d));
      const perLambda = LAMBDAS.flatMap((lambda): CheckRow[] => {
        const best = minimiser(problem, lambda * formula(p));
        const squares = best.map((x) => x * x);
        const drawn = estimate(dropped.map((drop) => dot(drop, squares)));
        const closed = loss(problem, best) + lambda * formula(p) * dot(best, best);
        const sampled = loss(problem, best) + lambda * drawn.mean;
        return [
          equal('minimum of Eq. 11', { p, lambda }, closed, sampled, { se: lambda * drawn.se }),
          atMost('Eq. 11 <= Eq. 10', { p, lambda }, none, closed, { rounding: rounding64(none, n * d) }),
        ];
      });
      const huge = 1e9;
      const far = minimiser(problem, huge * formula(p));
      const value = loss(problem, far) + huge * formula(p) * dot(far, far);
      // min over Δ of Eq. 10 is none - |c|²/(4 λ(2p-p²)) to first order in 1/λ.
      const short = dot(problem.c, problem.c) / (4 * huge * formula(p));
      return [...perLambda, equal('Eq. 10 as λ grows = L(θ0)', { p }, none, value, { rounding: 2 * short })];
    }),
});
