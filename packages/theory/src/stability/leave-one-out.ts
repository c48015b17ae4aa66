import { check } from '../check.ts';
import { citeLoraDropout } from '../papers.ts';
import { atMost, noted, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { estimate, fitLine } from '../stats.ts';
import { stabilityBound } from './bounds.ts';
import { panelsBySetting } from './panels.ts';
import { frozenCases, type Stability } from './problem.ts';

const stability = 'pointwise hypothesis stability β';
const displacement = 'largest ||θ(S^i) - θ(S)||';
const looseness = 'bound on β / measured β';

/** A bound on β from the constants of one training set. */
type Bound = (s: Stability) => number;

const proposition: Bound = ({ eta, smallest, weight, n }) => stabilityBound(eta, smallest + 2 * weight, n);

export const leaveOneOut = check({
  name: 'leave-one-out',
  group: 'stability',
  claim: 'With the penalty λ(2p-p²)||Δ||² the trained adapter is stable: β <= 2η²/((Λ_min + 2λ(2p-p²)) n).',
  cite: citeLoraDropout('Lemma A.1, Prop. 4.2'),
  prediction: 'an upper bound on β, and 2η/((Λ_min + 2λ(2p-p²)) n) on how far leaving one out moves the optimum',
  procedure:
    'logistic and ridge LoRA, A frozen with orthonormal rows, 12 inputs, r = 4; retraining without each ' +
    'example, η from gradients on the path, Λ_min by Lanczos on Hessian-vector products; means over training ' +
    'sets',
  limits: 'convex once A is frozen, so every assumption holds; η contains the penalty’s gradient, as the proof needs',
  formula: proposition,
  perturbed: {
    change: 'n² in the place of n',
    formula: (s: Stability) => proposition(s) / s.n,
  },
  measure: frozenCases,
  rows: (measured, bound) => [
    ...measured.flatMap(({ loss, setting, cases }): CheckRow[] => {
      const at = { loss, ...setting };
      const beta = estimate(cases.map((c) => c.beta));
      const limit = average(cases.map(bound));
      const far = average(cases.map((c) => bound(c) / c.eta));
      return [
        // The inequality holds for every training set, so the mean needs no allowance for chance.
        { ...atMost(stability, at, limit, beta.mean, { rounding: rounding64(limit, 1e6) }), standardError: beta.se },
        atMost(displacement, at, far, average(cases.map((c) => c.moved)), { rounding: rounding64(far, 1e6) }),
        noted(looseness, at, limit / beta.mean),
        noted('Λ_min of the mean loss', at, average(cases.map((c) => c.smallest))),
        noted('η on the path', at, average(cases.map((c) => c.eta))),
      ];
    }),
    ...(['logistic', 'squared'] as const).map((name): CheckRow => {
      const along = measured.filter(({ loss, setting: { p, lambda } }) => loss === name && p === 0.3 && lambda === 0.1);
      const { slope } = fitLine(
        along.map(({ setting: { n } }) => Math.log(n)),
        along.map(({ cases }) => Math.log(average(cases.map((c) => c.beta)))),
      );
      return noted('exponent of n in β (the bound has -1)', { loss: name, p: 0.3, lambda: 0.1 }, slope);
    }),
  ],
  panels: (rows) =>
    panelsBySetting(rows, stability, {
      title: (xTitle) => `Stability (points), its bound (lines), over ${xTitle}`,
      yTitle: 'β',
    }),
});
