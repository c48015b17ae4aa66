import { itemAt } from '@lab/records';
import { fold, normal } from '@lab/random';
import { check, pick } from '../check.ts';
import { pairDrawer } from '../dense/masked.ts';
import { dot, matMul, matVec } from '../dense/vector.ts';
import { citeLoraDropout } from '../papers.ts';
import { equal, type CheckRow } from '../row.ts';
import { estimate, sum } from '../stats.ts';
import { projectionMoments } from './projection.ts';

const sizes = { dIn: 20, dOut: 15, r: 4 };
const RATES = [0.1, 0.3, 0.5] as const;

/** E[X_ij X_kl] of the keep indicators of two entries, by what they share; q = 1 - p. */
type PairLaw = { readonly entry: number; readonly row: number; readonly column: number; readonly nothing: number };

/** Ordered pairs of different kept ones among n, as a share of all such pairs. */
const pairs = (kept: number, n: number): number => (kept * (kept - 1)) / (n * (n - 1));

export const maskedMoments = check({
  name: 'masked-moments',
  group: 'masks',
  claim: 'E[ΔW_hat] = (1-p)² BA; entries of one row or column drop together.',
  cite: citeLoraDropout('Eq. 2, 3; independence of entries is assumed in section 4.1'),
  prediction:
    'with q = 1-p: E[X_ij X_kl] = q² for one entry, q³ in one row or column, q⁴ elsewhere; the variance of ' +
    'uᵀΔW_hat v follows',
  procedure: 'means over drawn masks of the indicators, and of a fixed projection uᵀΔW_hat v of a random rank-4 update',
  limits:
    'independent entries, as the paper’s analysis assumes, would give q⁴ in a row; that is the wrong formula here',
  formula: {
    mean: (q: number) => q * q,
    law: (q: number): PairLaw => ({ entry: q ** 2, row: q ** 3, column: q ** 3, nothing: q ** 4 }),
  },
  perturbed: {
    change: 'independent entries: q⁴ for two entries of a row or column',
    formula: {
      mean: (q: number) => q * q,
      law: (q: number): PairLaw => ({ entry: q ** 2, row: q ** 4, column: q ** 4, nothing: q ** 4 }),
    },
  },
  measure: (context) => {
    const draws = pick(context, { smoke: 1500, quick: 20_000 });
    const { dIn, dOut, r } = sizes;
    const vector = (label: string, n: number) => Float64Array.from(normal(fold(context.key, label), n));
    const product = matMul(vector('B', dOut * r), vector('A', r * dIn), r);
    const [u, v] = [vector('u', dOut), vector('v', dIn)];
    const terms = product.map((x, k) => x * itemAt(u, Math.floor(k / dIn)) * itemAt(v, k % dIn));
    return RATES.map((p) => {
      const q = 1 - p;
      const stream = fold(fold(context.key, 'masks'), `p=${p}`);
      const draw = pairDrawer(p, sizes);
      const all = Array.from({ length: draws }, (_, i) => draw(fold(stream, i)));
      const shares = all.map(({ a, b }) => {
        const [sa, sb] = [sum(a), sum(b)];
        return {
          entry: (sa * sb) / (dIn * dOut),
          row: (sb / dOut) * pairs(sa, dIn),
          column: (sa / dIn) * pairs(sb, dOut),
          nothing: pairs(sa, dIn) * pairs(sb, dOut),
        };
      });
      const projections = all.map(({ a, b }) => dot(b, matVec(terms, a)));
      const total = sum(terms);
      return {
        p,
        terms,
        total,
        kinds: (['entry', 'row', 'column', 'nothing'] as const).map((kind) => ({
          kind,
          ...estimate(shares.map((s) => s[kind])),
        })),
        projection: estimate(projections),
        // The centre is known, so squared deviations are independent.
        spread: estimate(projections.map((x) => (x - q * q * total) ** 2)),
      };
    });
  },
  rows: (measured, { mean, law }) =>
    measured.flatMap(({ p, kinds, projection, spread, terms, total }): CheckRow[] => {
      const q = 1 - p;
      const { variance } = projectionMoments(terms, sizes.dIn, law(q));
      return [
        ...kinds.map(({ kind, mean: m, se }) => equal('E[X_ij X_kl]', { p, shared: kind }, law(q)[kind], m, { se })),
        equal('E[uᵀΔW_hat v]', { p }, mean(q) * total, projection.mean, { se: projection.se }),
        equal('Var[uᵀΔW_hat v]', { p }, variance, spread.mean, { se: spread.se }),
      ];
    }),
});
