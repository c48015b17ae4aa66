import { fold, normal, type Key } from '@lab/random';
import { check, pick } from '../check.ts';
import { solve } from '../dense/solve.ts';
import { dot, matMul, matTVec, matVec, plus, transposed } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeRacLora } from '../papers.ts';
import { atMost, bound, equal, type At } from '../row.ts';
import { estimate, type MeanEstimate } from '../stats.ts';

/** Rows of W; the columns of a quadratic are independent, so one is enough. */
const n = 24;
const ranks = [2, 6, 12] as const;
const lengths = [1, 2, 4, 8, 16] as const;
/** Largest curvature over smallest; the largest is 1, and so is the learning rate. */
const conditions = [1, 4, 16] as const;

/** What of the loss is left, by the number of links. */
type Left = readonly number[];

/** H g for H = B (Bᵀ B)⁻¹ Bᵀ, B: [n, r] row-major. */
const projected = (B: Float64Array, g: Float64Array): Float64Array => {
  const r = B.length / n;
  return matVec(B, solve(matMul(transposed(B, r), B, n), matTVec(B, g)));
};

/**
 * f(W) = ½ Σ cᵢ (W - W*)ᵢ² under W <- W - H ∇f(W): what is left of f after each link. `factorAt`
 * gives the factor of a link.
 */
const descend = (curvatures: Float64Array, start: Float64Array, factorAt: (link: number) => Float64Array): Left => {
  const loss = (error: Float64Array) =>
    dot(
      curvatures,
      error.map((x) => x * x),
    ) / 2;
  const first = loss(start);
  const left: number[] = [];
  let error = start;
  for (let link = 0; link < Math.max(...lengths); link++) {
    error = plus(
      error,
      projected(
        factorAt(link),
        error.map((x, i) => x * (curvatures[i] ?? 0)),
      ),
      -1,
    );
    left.push(loss(error) / first);
  }
  return left;
};

/** Curvatures from 1/condition to 1, evenly spread in their logarithm. */
const curvaturesOf = (condition: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => condition ** (i / (n - 1) - 1));

interface Measured {
  readonly rank: number;
  readonly condition: number;
  readonly anew: boolean;
  /** By the number of links. */
  readonly left: ReadonlyMap<number, MeanEstimate>;
}

const measured = (key: Key, draws: number, at: Omit<Measured, 'left'>): Measured => {
  const { rank, condition, anew } = at;
  const runs = Array.from({ length: draws }, (_, i) => {
    const stream = fold(fold(key, `r=${rank} condition=${condition} anew=${anew}`), i);
    const drawn = (label: string | number, size: number) => Float64Array.from(normal(fold(stream, label), size));
    const start = drawn('start', n);
    return descend(curvaturesOf(condition), start, (link) => drawn(anew ? link : 0, n * rank));
  });
  return { ...at, left: new Map(lengths.map((t) => [t, estimate(runs.map((left) => left[t - 1] ?? NaN))])) };
};

const quantity = 'E f(W_T) / f(W_0)';

/** What one link leaves of the loss. */
interface Rate {
  readonly perLink: (rank: number, condition: number) => number;
}

const stated: Rate = { perLink: (rank, condition) => 1 - rank / n / condition };

export const racRate = check({
  name: 'rac-lora-rate',
  group: 'chains',
  claim:
    'A chain of low-rank updates with one factor drawn anew for each link converges linearly, by 1 - γ μ r/n a link; ' +
    'with one factor kept it stops.',
  cite: citeRacLora('the rate of gradient descent under the Polyak-Łojasiewicz condition, λ_min(E H) = r/n'),
  prediction: '(1 - γ μ r/n)^T: exact where all curvatures are equal, else an upper bound; 1 - r/n for one factor kept',
  procedure:
    'gradient steps W - γ H ∇f(W), H = B (BᵀB)⁻¹Bᵀ, on quadratics of 24 rows with γ = 1/L, over random B and W',
  limits: 'one exact gradient step a link; a link of the adapters here is many steps of AdamW on mini-batches',
  formula: stated,
  perturbed: {
    change: 'r²/n² in place of r/n',
    formula: { perLink: (rank, condition) => 1 - (rank / n) ** 2 / condition },
  },
  measure: ({ key, budget }) => {
    const draws = pick({ budget }, { smoke: 100, quick: 300 });
    return ranks.flatMap((rank) => [
      ...conditions.map((condition) => measured(key, draws, { rank, condition, anew: true })),
      measured(key, draws, { rank, condition: 1, anew: false }),
    ]);
  },
  rows: (all, { perLink }) =>
    all.flatMap(({ rank, condition, anew, left }) =>
      // With one factor kept every length leaves the same, so the ends are enough.
      [...left]
        .filter(([links]) => anew || links === 1 || links === 16)
        .map(([links, { mean, se }]) => {
          const at: At = { r: rank, links, condition, factor: anew ? 'drawn anew' : 'kept' };
          const predicted = perLink(rank, condition) ** (anew ? links : 1);
          return condition === 1
            ? equal(quantity, at, predicted, mean, { se })
            : bound(atMost(quantity, at, predicted, mean, { se }), 1);
        }),
    ),
  panels: (rows) => [
    panelOf(rows, {
      title: 'What a chain leaves of the loss',
      axis: 'links',
      xTitle: 'links T',
      yTitle: 'E f(W_T) / f(W_0)',
      logY: true,
      series: ({ at }) => (at['condition'] === 1 ? `r = ${at['r']}, ${at['factor']}` : undefined),
    }),
  ],
});
