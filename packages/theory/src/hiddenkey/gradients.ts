import { fold, integer, normal } from '@lab/random';
import { check, pick } from '../check.ts';
import { citeHiddenKey } from '../papers.ts';
import { range } from '../real/batch.ts';
import { equal, type CheckRow } from '../row.ts';
import {
  difference,
  differenceError,
  dropAttentionWeights,
  dropKeyWeights,
  gradients,
  keptSum,
  type DroppedRow,
} from './attention.ts';

const keys = 6;

export const gradientFormulas = check({
  name: 'gradient-formulas',
  group: 'hiddenkey',
  claim: 'With NoGrad a dropped key still receives a gradient, and a kept key a larger one than under DropKey.',
  cite: citeHiddenKey('Eq. 7-10, 14, 15'),
  prediction: 'the three closed derivatives; without NoGrad DropAttention has exactly the gradient of DropKey',
  procedure: 'central differences in double precision over random rows of six keys; the row shown is the worst',
  limits: 'none',
  formula: gradients,
  perturbed: {
    change: 'no gradient at the dropped key',
    formula: (dropped: DroppedRow, u: number) => ({ ...gradients(dropped, u), noGradDropped: 0 }),
  },
  measure: (context) =>
    range(pick(context, { smoke: 10, quick: 100 })).map((i) => {
      const key = fold(context.key, i);
      const m = integer(fold(key, 'dropped'), keys);
      const dropped: DroppedRow = { logits: Float64Array.from(normal(fold(key, 'logits'), keys)), m };
      const u = (m + 1 + integer(fold(key, 'kept'), keys - 1)) % keys;
      const frozen = keptSum(dropped);
      const by = (weights: (d: DroppedRow) => Float64Array, j: number) =>
        difference((logits) => weights({ logits, m }), dropped.logits, u, j);
      const noGrad = (d: DroppedRow) => dropAttentionWeights(d, frozen);
      return {
        dropped,
        u,
        numeric: {
          dropKeyOwn: by(dropKeyWeights, u),
          noGradDropped: by(noGrad, m),
          noGradOwn: by(noGrad, u),
        },
        through: Math.max(
          ...range(keys).map((j) => Math.abs(by(dropKeyWeights, j) - by((d) => dropAttentionWeights(d), j))),
        ),
        atDropped: by(dropKeyWeights, m),
      };
    }),
  rows: (measured, closed): readonly CheckRow[] => {
    const rounding = 2 * differenceError();
    const names = {
      dropKeyOwn: 'DropKey dw_u/dg_u',
      noGradDropped: 'NoGrad dw_u/dg_m, m dropped',
      noGradOwn: 'NoGrad dw_u/dg_u',
    } as const;
    const worst = (['dropKeyOwn', 'noGradDropped', 'noGradOwn'] as const).map((name) => {
      const pairs = measured.map(({ dropped, u, numeric }) => [closed(dropped, u)[name], numeric[name]] as const);
      const [predicted, seen] = pairs.reduce((a, b) => (Math.abs(b[0] - b[1]) > Math.abs(a[0] - a[1]) ? b : a));
      return equal(names[name], { rows: measured.length }, predicted, seen, { rounding });
    });
    return [
      ...worst,
      equal(
        'DropKey dw_u/dg_m, m dropped',
        { rows: measured.length },
        0,
        Math.max(...measured.map((c) => Math.abs(c.atDropped))),
        {
          rounding,
        },
      ),
      equal(
        'DropAttention without NoGrad minus DropKey',
        { rows: measured.length },
        0,
        Math.max(...measured.map((c) => c.through)),
        {
          rounding,
        },
      ),
    ];
  },
});
