import { itemAt, present } from '@lab/records';
import { check } from '../check.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { aboutFormula, atMost, below, bound, noted, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { estimate } from '../stats.ts';
import { gapBound } from './bounds.ts';
import { panelsBySetting } from './panels.ts';
import { frozenCases, penaltyOf, type Stability } from './problem.ts';

const delta = 0.05;
const gapName = 'generalisation gap';

/** Curvature that the theorem takes from the penalty at rate p. */
type Regular = (p: number) => number;

const gapOf = ({ testRisk, trainRisk }: Stability): number => testRisk - trainRisk;

const boundOf = (regular: Regular, { C, eta, smallest, lambda, p, n }: Stability): number =>
  gapBound(C, eta, smallest + 2 * lambda * regular(p), n, delta);

/** n from which the bound is below C, other constants as measured: (C² + 24Cη²/μ) / (2δC²). */
const needed = ({ C, eta, smallest, weight }: Stability): number =>
  (1 + (24 * eta ** 2) / (C * (smallest + 2 * weight))) / (2 * delta);

export const generalisation = check({
  name: 'generalisation',
  group: 'stability',
  claim: 'With probability 1-δ, R <= R_hat + sqrt((C² + 24Cη²/(Λ_min + 2λ(2p-p²)))/(2nδ)); the bound falls as p grows.',
  cite: citeLoraDropout('Lemma 4.3, Thm. 4.4'),
  prediction: 'an upper bound on the gap for δ = 0.05, decreasing in p, equal to the bound without dropout at p = 0',
  procedure:
    'the same problems as leave-one-out; population risk on fresh examples, C the largest loss met, ' +
    'constants measured; a bound not below C is vacuous, since no gap can exceed C',
  limits:
    'C bounds no loss beforehand, and 1/δ stands where concentration would have log(1/δ): at 80 examples the ' +
    'bound is hundreds of times the gap',
  formula: penaltyOf,
  perturbed: {
    change: '(1-p)² in the place of 2p - p²: a bound that grows with p',
    formula: (p: number) => (1 - p) ** 2,
  },
  measure: frozenCases,
  rows: (measured, regular) => {
    const gaps = measured.flatMap(({ loss, setting, cases }): CheckRow[] => {
      const at = { loss, ...setting };
      const gap = estimate(cases.map(gapOf));
      const limit = average(cases.map((c) => boundOf(regular, c)));
      const trivial = average(cases.map((c) => c.C));
      return [
        { ...bound(atMost(gapName, at, limit, gap.mean), trivial), standardError: gap.se },
        noted('trivial bound C', at, trivial),
        noted('n from which the bound is below C', at, average(cases.map(needed))),
        noted('population risk', at, average(cases.map((c) => c.testRisk))),
      ];
    });
    // The bound as a function of p alone, other constants as measured at p = 0.
    const calculator = measured
      .filter(({ setting }) => setting.p === 0)
      .flatMap(({ loss, cases }): CheckRow[] => {
        const one = itemAt(cases, 0);
        const { smallest, C, eta, n } = one;
        const at = (p: number) => boundOf(regular, { ...one, p });
        const plain = gapBound(C, eta, smallest, n, delta);
        const rise = Math.max(...range(99).map((i) => at((i + 1) / 100) - at(i / 100)));
        const rounding = rounding64(plain, 20);
        return [
          atMost('largest rise of the bound from p to p + .01', { loss }, 0, rise, { rounding }),
          atMost('|bound at p = 0 - bound without dropout|', { loss }, 0, Math.abs(at(0) - plain), { rounding }),
        ].map(aboutFormula);
      });
    const order = (['logistic', 'squared'] as const).map((name): CheckRow => {
      const along = measured.filter(
        ({ loss, setting }) => loss === name && setting.lambda === 0.1 && setting.n === itemAt(measured, 0).setting.n,
      );
      const mostLess = (a: (typeof along)[number], b: (typeof along)[number]) =>
        a.cases.map((c, s) => gapOf(c) - gapOf(itemAt(b.cases, s)));
      const first = present(
        along.find(({ setting }) => setting.p === 0),
        'the case without dropout',
      );
      const last = present(along.filter(({ setting }) => setting.p > 0).at(-1), 'a case with dropout');
      const change = estimate(mostLess(last, first));
      return below('gap at the largest p minus gap at p = 0', { loss: name, p: last.setting.p }, 0, change);
    });
    return [...gaps, ...calculator, ...order];
  },
  panels: (rows) =>
    panelsBySetting(rows, gapName, {
      title: (xTitle) => `Gap (points) and its bound (lines) over ${xTitle}`,
      yTitle: 'population minus training loss',
    }),
});
