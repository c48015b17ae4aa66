import { fold, normal, type Key } from '@lab/random';
import { check, pick, type Context } from '../check.ts';
import { pairDrawer } from '../dense/masked.ts';
import { dot, matMul, matVec } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { equal } from '../row.ts';
import { estimate, sum } from '../stats.ts';
import { firstOfLayers, updateOf } from '../real/update.ts';
import { RATES } from './rates.ts';

interface Update {
  readonly name: string;
  readonly dIn: number;
  readonly dOut: number;
  /** Squares of Δ = BA, [dOut, dIn]. */
  readonly squares: Float64Array;
}

const drawn = (key: Key): Update => {
  const [dIn, dOut, r] = [40, 30, 4];
  const factor = (label: string, n: number) => Float64Array.from(normal(fold(key, label), n));
  const product = matMul(factor('B', dOut * r), factor('A', r * dIn), r);
  return { name: 'random, 30 x 40, rank 4', dIn, dOut, squares: product.map((x) => x * x) };
};

const trained = ({ material, budget }: Context): readonly Update[] =>
  material
    ? firstOfLayers(material)
        .slice(0, budget === 'smoke' ? 1 : 2)
        .map((spec) => updateOf(material, 'dropout', spec))
        .map(({ path, dIn, dOut, delta }) => ({ name: `trained ${path}`, dIn, dOut, squares: delta.map((x) => x * x) }))
    : [];

const dropped = 'E||d*Δ||² / ||Δ||²';

export const maskedNorm = check({
  name: 'masked-norm',
  group: 'masks',
  claim: 'E||d*Δ||² = (2p - p²)||Δ||², and what is left has E||ΔW_hat||² = (1-p)²||Δ||².',
  cite: citeLoraDropout('section 4.1, Eq. 9-11'),
  prediction: '2p - p²; what is left is 1 minus it, on the same draws',
  procedure: 'mean over drawn row and column masks, for a random update and for trained ones',
  limits: 'the paper draws entries independently; rows and columns drop together, but this mean needs marginals only',
  formula: (p: number) => 2 * p - p * p,
  perturbed: { change: 'p² instead of 2p - p²', formula: (p: number) => p * p },
  measure: (context) => {
    const draws = pick(context, { smoke: 200, quick: 500 });
    return [drawn(fold(context.key, 'update')), ...trained(context)].flatMap((update) =>
      RATES.map((p) => {
        const total = sum(update.squares);
        const stream = fold(fold(fold(context.key, 'masks'), update.name), `p=${p}`);
        const draw = pairDrawer(p, { ...update, r: 1 });
        const shares = Array.from({ length: draws }, (_, i) => {
          const { a, b } = draw(fold(stream, i));
          return 1 - dot(b, matVec(update.squares, a)) / total;
        });
        return { update: update.name, p, ...estimate(shares) };
      }),
    );
  },
  rows: (measured, formula) =>
    measured.map(({ update, p, mean, se }) => equal(dropped, { update, p }, formula(p), mean, { se })),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Masked norms under row and column masks',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'share of ||Δ||²',
      series: ({ quantity, at }) => (quantity === dropped ? String(at.update) : undefined),
    }),
  ],
});
