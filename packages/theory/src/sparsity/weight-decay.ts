import { itemAt } from '@lab/records';
import { fold, normal } from '@lab/random';
import { check } from '../check.ts';
import { allPairs } from '../dense/masked.ts';
import { solve } from '../dense/solve.ts';
import { crossMoments, secondMoments } from '../dense/moments.ts';
import { addTo, dot, matVec, norm, orthonormalised, plus, rowOf, times } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { compared, equal, noted, rounding64, type CheckRow } from '../row.ts';

const [n, d] = [48, 6];
const RATES = [0.1, 0.3, 0.5, 0.7] as const;
/** Ratio of the largest to the smallest standard deviation of the inputs. */
const RATIOS = [1, 2, 4, 8] as const;

interface LeastSquares {
  readonly S: Float64Array;
  readonly c: Float64Array;
}

/** Inputs with exactly orthogonal columns of the given deviations, and targets. */
const momentsOf = (key: Parameters<typeof fold>[0], ratio: number): LeastSquares => {
  const raw = Float64Array.from(normal(fold(key, 'inputs'), d * n));
  const columns = orthonormalised(raw, n);
  const mix = orthonormalised(Float64Array.from(normal(fold(key, 'mix'), d * d)), d);
  // Rotated, so that dropping single inputs is not aligned with the scales.
  const scales = range(d).map((i) => ratio ** (i / (d - 1) - 0.5));
  const x = range(n).map((i) =>
    matVec(
      mix,
      Float64Array.from(range(d), (j) => itemAt(columns, j * n + i) * itemAt(scales, j) * Math.sqrt(n)),
    ),
  );
  const truth = normal(fold(key, 'truth'), d);
  const noise = normal(fold(key, 'noise'), n);
  const y = x.map((row, i) => dot(row, truth) + itemAt(noise, i));
  return {
    S: secondMoments(x),
    c: crossMoments(x, y),
  };
};

/**
 * The mean update (1-p)² Δ at the minimum of the expected dropout loss of least squares, by summing
 * over all masks.
 */
const dropoutMinimum = ({ S, c }: LeastSquares, p: number): Float64Array => {
  const M = new Float64Array(d * d);
  const v = new Float64Array(d);
  for (const { pair, chance } of allPairs(p, d, 1)) {
    if (pair.b[0] === 0) continue;
    // Terms of dropped inputs are zero.
    for (const [i, kept] of pair.a.entries())
      if (kept) {
        v[i] = itemAt(v, i) + chance * itemAt(c, i);
        addTo(
          rowOf(M, i, d),
          rowOf(S, i, d).map((s, j) => s * itemAt(pair.a, j)),
          chance,
        );
      }
  }
  return times(solve(M, v), (1 - p) ** 2);
};

/** The minimiser of mean (y - Δx)² + lambda ||Δ||². */
const decayed = ({ S, c }: LeastSquares, lambda: number): Float64Array =>
  solve(
    S.map((s, k) => s + (k % (d + 1) === 0 ? lambda : 0)),
    c,
  );

/**
 * Smallest relative distance of a weight-decay solution from the dropout solution, over lambda on a
 * fine grid and then finer.
 */
const nearest = (
  moments: LeastSquares,
  target: Float64Array,
): { readonly lambda: number; readonly distance: number } => {
  const at = (log: number) => {
    const lambda = 10 ** log;
    return { log, lambda, distance: norm(plus(decayed(moments, lambda), target, -1)) / norm(target) };
  };
  const best = (from: number, to: number) =>
    range(401)
      .map((i) => at(from + ((to - from) * i) / 400))
      .reduce((a, b) => (b.distance < a.distance ? b : a));
  const coarse = best(-4, 4);
  return best(coarse.log - 0.02, coarse.log + 0.02);
};

const equivalent = 'equivalent weight decay of the mean update';
const away = 'relative distance to the nearest weight-decay solution';

export const weightDecayCheck = check({
  name: 'weight-decay',
  group: 'sparsity',
  claim: 'For least squares on white inputs LoRA Dropout is weight decay; on other inputs it is not.',
  cite: citeLoraDropout('section 4.1; the equivalent decay is a derivation of this repository'),
  prediction: 'λ(p) = (2p-p²)/(1-p)² on the mean update, in units of the inputs’ variance, whatever λ one would choose',
  procedure:
    'the minimiser of the expected loss over all masks, Δ free; on inputs whose standard deviations differ, ' +
    'the nearest weight decay is searched',
  limits:
    'white inputs and squared loss; otherwise dropout penalises each direction by its own second moment, so ' +
    'no single λ gives the same solution',
  formula: (p: number) => (2 * p - p * p) / (1 - p) ** 2,
  perturbed: { change: '2p - p², the paper’s factor, with λ = 1', formula: (p: number) => 2 * p - p * p },
  measure: (context) =>
    RATIOS.flatMap((ratio) => {
      const moments = momentsOf(context.key, ratio);
      return RATES.map((p) => ({ ratio, p, moments, solution: dropoutMinimum(moments, p) }));
    }),
  rows: (measured, formula) =>
    measured.flatMap(({ ratio, p, moments, solution }): CheckRow[] => {
      const at = { p, ratio };
      const closest = nearest(moments, solution);
      if (ratio !== 1)
        return [noted(away, at, closest.distance), compared('nearest weight decay', at, formula(p), closest.lambda)];
      const plain = decayed(moments, 0);
      // On white inputs Δ = c / (1 + λ), so the shrinkage of the length gives λ.
      const lambda = norm(plain) / norm(solution) - 1;
      const decay = decayed(moments, formula(p));
      return [
        equal(equivalent, at, formula(p), lambda, { rounding: rounding64(1 + lambda, 2 ** d * d * 8) }),
        equal('distance to that weight-decay solution', at, 0, norm(plus(decay, solution, -1)), {
          rounding: rounding64(norm(plain), 2 ** d * d * 8),
        }),
      ];
    }),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Where dropout stops being weight decay',
      axis: 'ratio',
      xTitle: 'ratio of the inputs’ standard deviations',
      yTitle: 'distance to nearest weight decay',
      logX: true,
      series: ({ quantity, at }) => (quantity === away ? `p = ${at.p}` : undefined),
    }),
    panelOf(rows, {
      title: 'Equivalent weight decay on white inputs',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'λ / variance of inputs',
      series: ({ quantity }) => (quantity === equivalent ? equivalent : undefined),
    }),
  ],
});
