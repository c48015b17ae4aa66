import { pText, show, unitAfter } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import { holm } from '../stats/tests/holm.ts';
import { type LookPlan, sequentialLooks } from '../stats/tests/sequential.ts';
import { besides } from './beside.ts';
import type { Claim } from './claim.ts';
import type { VerdictStatus } from './decide.ts';
import { type Finding, measureClaim } from './measure.ts';

/** A claim of a paper with what our runs say of it. */
export interface Verdict {
  readonly claim: Claim;
  readonly finding: Finding;
  readonly status: VerdictStatus;
  /**
   * After Holm over all claims of the report that could be tested: for the reader who asks about
   * the whole list at once.
   */
  readonly pHolm: number | null;
  /** What must stand beside it: a leak, a temperature or a control that does as well. */
  readonly beside: readonly string[];
  /** In words: status, effect, interval, power. */
  readonly sentence: string;
}

/** The effect with its unit; n/a where nothing could be compared. */
export const effectText = ({ nearest, metric }: Finding): string =>
  nearest === null
    ? 'n/a'
    : `${show(metric, nearest.mean, true)} [${show(metric, nearest.low, true)}, ` +
      `${show(metric, nearest.high, true)}]${unitAfter(metric)}`;

/** A power as a whole percentage. */
export const percentText = (share: number | null): string => (share === null ? 'n/a' : `${Math.round(100 * share)} %`);

const heads: { readonly [status in VerdictStatus]: string } = {
  held: 'Held',
  equivalent: 'Equivalent',
  contradicted: 'Contradicted',
  'cannot tell': 'Cannot tell',
};

const power = (f: Finding, { test }: Claim): string => {
  const unit = unitAfter(f.metric);
  const found =
    f.detectable === null ? '' : `an effect of ${show(f.metric, f.detectable)}${unit} would be found with 80 % power`;
  if (!test.margin)
    return [found, 'no margin is named, so nothing can be called equivalent'].filter(Boolean).join('; ');
  const margin = `margin ${show(f.metric, test.margin.value)}${unit} (${test.margin.from})`;
  const atMargin = f.powerAtMargin === null ? '' : `, found with ${percentText(f.powerAtMargin)} power`;
  return [found, `${margin}${test.kind === 'no-gain' ? '' : atMargin}`].filter(Boolean).join('; ');
};

const sentence = (f: Finding, claim: Claim, beside: readonly string[]): string => {
  if (f.reason !== null || f.nearest === null)
    return `Cannot tell: ${[f.reason ?? 'no interval', ...beside].join('; ')}.`;
  const detail = f.detail === '' ? '' : `; ${f.detail}`;
  const direction = claim.test.kind === 'no-gain' ? 'the gain' : 'positive speaks for the claim';
  return [
    `${heads[f.status]}: ${f.metric.title} ${effectText(f)} (${direction}${detail})`,
    `${f.n} seeds, p = ${pText(f.p)}`,
    ...beside,
    `${power(f, claim)}.`,
  ].join('; ');
};

/** Verdicts of all claims of a report; with a look plan only seeds counts that it names decide. */
export const judge = (cells: readonly Cell[], claims: readonly Claim[], plan?: LookPlan): Verdict[] => {
  const looks = plan ? sequentialLooks(plan) : null;
  const findings = claims.map((claim) => measureClaim(cells, claim.test, looks));
  const adjusted = holm(findings.map(({ p }) => p));
  return claims.flatMap((claim, i) => {
    const finding = findings[i];
    if (!finding) return [];
    const beside = besides(cells, claim, finding.status);
    const { status } = finding;
    return [{ claim, finding, status, pHolm: adjusted[i] ?? null, beside, sentence: sentence(finding, claim, beside) }];
  });
};
