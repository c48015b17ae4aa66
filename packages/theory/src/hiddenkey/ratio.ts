import { itemAt } from '@lab/records';
import { fold, normal } from '@lab/random';
import { check } from '../check.ts';
import { panelOf } from '../panel.ts';
import { citeHiddenKey } from '../papers.ts';
import { range } from '../real/batch.ts';
import { atMost, equal, type CheckRow } from '../row.ts';
import {
  difference,
  differenceError,
  dropAttentionWeights,
  dropKeyWeights,
  gradients,
  keptSum,
  type DroppedRow,
} from './attention.ts';

const [keys, m, u] = [6, 0, 1];
const quantity = 'k = DropKey gradient / NoGrad gradient';

export const ratio = check({
  name: 'gradient-ratio',
  group: 'hiddenkey',
  claim: 'The ratio k of the gradients is below 1 and falls as the dropped logit grows.',
  cite: citeHiddenKey('Eq. 9, 10'),
  prediction: 'k = (1 - e^{g_u}/S_m) / (1 - e^{g_u}/S) < 1, decreasing in g_m',
  procedure: 'central differences at g_m from -4 to 4, the other five logits fixed',
  limits: 'one kept key alone makes k = 0: then its weight is 1 whatever its logit',
  formula: { k: (d: DroppedRow) => gradients(d, u).k, side: 1 },
  perturbed: {
    change: 'S_m and S exchanged: k above 1, and rising',
    formula: { k: (d: DroppedRow) => 1 / gradients(d, u).k, side: -1 },
  },
  measure: (context) => {
    const others = Float64Array.from(normal(fold(context.key, 'logits'), keys));
    return range(9).map((i) => {
      const g = i - 4;
      const dropped: DroppedRow = { logits: others.map((x, j) => (j === m ? g : x)), m };
      const frozen = keptSum(dropped);
      const key = difference((logits) => dropKeyWeights({ logits, m }), dropped.logits, u, u);
      const noGrad = difference((logits) => dropAttentionWeights({ logits, m }, frozen), dropped.logits, u, u);
      return { g, dropped, k: key / noGrad, error: (2 * differenceError()) / noGrad };
    });
  },
  rows: (measured, formula): readonly CheckRow[] => {
    const rounding = Math.max(...measured.map(({ error }) => error));
    const excess = measured.map(({ k }) => formula.side * (k - 1));
    const rises = measured.slice(1).map(({ k }, i) => formula.side * (k - itemAt(measured, i).k));
    return [
      ...measured.map(({ g, dropped, k, error }) =>
        equal(quantity, { g_m: g }, formula.k(dropped), k, { rounding: error }),
      ),
      atMost('largest measured k - 1', {}, 0, Math.max(...excess), { rounding }),
      atMost('largest measured rise of k between steps of g_m', {}, 0, Math.max(...rises), { rounding }),
    ];
  },
  panels: (rows) => [
    panelOf(rows, {
      title: 'DropKey compensates for a dropped large logit',
      axis: 'g_m',
      xTitle: 'dropped logit g_m',
      yTitle: 'k',
      series: (row) => (row.quantity === quantity ? 'k' : undefined),
    }),
  ],
});
