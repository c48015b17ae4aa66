import { itemAt } from '@lab/records';
import { fold, normal } from '@lab/random';
import { check, pick } from '../check.ts';
import { pairDrawer } from '../dense/masked.ts';
import { dot, matVec } from '../dense/vector.ts';
import { citeLoraDropout } from '../papers.ts';
import { firstOfLayers, updateOf } from '../real/update.ts';
import { equal } from '../row.ts';
import { estimate } from '../stats.ts';
import { RATES } from './rates.ts';
import { materialOf } from '../check.ts';

export const linearReadout = check({
  name: 'linear-readout',
  group: 'masks',
  claim: 'In one linear map the expected masked branch is (1-p)² times the deterministic one.',
  cite: citeLoraDropout('Eq. 2, 3'),
  prediction: '(1-p)² vᵀΔW x',
  procedure: 'mean over masks of a fixed projection vᵀΔW_hat x of the first trained update, for a random input x',
  limits: 'exact; a bias of the mean field elsewhere comes from what follows the linear map',
  needsMaterial: true,
  formula: (p: number) => (1 - p) ** 2,
  perturbed: { change: 'the deterministic pass: factor 1', formula: () => 1 },
  measure: (context) => {
    const material = materialOf(context);
    const { dIn, dOut, delta } = updateOf(material, 'dropout', itemAt(firstOfLayers(material), 0));
    const draws = pick(context, { smoke: 300, quick: 1000 });
    const [x, v] = [normal(fold(context.key, 'x'), dIn), normal(fold(context.key, 'v'), dOut)];
    const terms = delta.map((d, k) => d * itemAt(v, Math.floor(k / dIn)) * itemAt(x, k % dIn));
    const whole = matVec(terms, new Float64Array(dIn).fill(1)).reduce((a, b) => a + b, 0);
    return RATES.map((p) => {
      const stream = fold(fold(context.key, 'masks'), `p=${p}`);
      const draw = pairDrawer(p, { dIn, dOut, r: 1 });
      const values = Array.from({ length: draws }, (_, i) => {
        const { a, b } = draw(fold(stream, i));
        return dot(b, matVec(terms, a)) / whole;
      });
      return { p, ...estimate(values) };
    });
  },
  rows: (measured, formula) =>
    measured.map(({ p, mean, se }) => equal('E[vᵀΔW_hat x] / vᵀΔW x', { p }, formula(p), mean, { se })),
});
