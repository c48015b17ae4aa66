import { fold } from '@lab/random';
import { check, pick } from '../check.ts';
import { pairDrawer } from '../dense/masked.ts';
import { panelOf, oneOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { equal } from '../row.ts';
import { estimate, sum } from '../stats.ts';
import { RATES } from './rates.ts';

const sizes = { dIn: 48, dOut: 32, r: 4 };
const quantity = 'P(entry of BA dropped)';

export const entryDrop = check({
  name: 'entry-drop',
  group: 'masks',
  claim: 'An entry of BA is zero with probability 2p - p².',
  cite: citeLoraDropout('section 4.1'),
  prediction: '1 - (1-p)² = 2p - p²',
  procedure:
    'share of zero entries of diag(m_B) 1 1ᵀ diag(m_A), masks drawn by the LoRA Dropout of this repository; ' +
    'draws are the unit of the error',
  limits: 'none: it needs independent coins only',
  formula: (p: number) => 2 * p - p * p,
  perturbed: { change: 'p, as if one factor alone were masked', formula: (p: number) => p },
  measure: (context) => {
    const draws = pick(context, { smoke: 400, quick: 4000 });
    return RATES.map((p) => {
      const stream = fold(fold(context.key, 'masks'), `p=${p}`);
      const draw = pairDrawer(p, sizes);
      const shares = Array.from({ length: draws }, (_, i) => {
        const { a, b } = draw(fold(stream, i));
        return 1 - (sum(a) / a.length) * (sum(b) / b.length);
      });
      return { p, ...estimate(shares) };
    });
  },
  rows: (measured, formula) => measured.map(({ p, mean, se }) => equal(quantity, { p }, formula(p), mean, { se })),
  panels: (rows) => [
    panelOf(rows, {
      title: 'A zero entry of BA',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'probability',
      series: oneOf(quantity),
    }),
  ],
});
