import { cellsOf } from '../study/arms/arm.ts';
import type { Cell } from '../study/study.ts';
import type { Claim, ClaimTest } from './claim.ts';
import { decideAll, type VerdictStatus } from './decide.ts';
import { armsOfTest, gains } from './evidence.ts';
import { leaksOf } from './leak.ts';
import { measureClaim } from './measure.ts';

/** The metric after one temperature that stands beside a metric of confidences. */
const scaled: { readonly [metric: string]: string } = { nll: 'nll-scaled', ece: 'ece-scaled', brier: 'brier-scaled' };

const afterTemperature = (cells: readonly Cell[], test: ClaimTest): string | null => {
  const metric = Object.hasOwn(scaled, test.metric) ? scaled[test.metric] : undefined;
  if (metric === undefined) return null;
  const { status, nearest } = measureClaim(cells, { ...test, metric });
  if (nearest === null) return 'after one temperature: n/a (no logits stored)';
  return status === 'held' ? null : `after one temperature: ${status}`;
};

const besideHeld = (cells: readonly Cell[], { test, controls = [] }: Claim): readonly string[] => {
  const temperature = afterTemperature(cells, test);
  const { nearest } = measureClaim(cells, test);
  const small =
    test.kind !== 'no-gain' && test.margin && nearest && nearest.high < test.margin.value
      ? ['smaller than the margin']
      : [];
  const equals = controls.flatMap((control) => {
    const values = gains(cells, test.arm, control, test.metric);
    const { status, nearest } = decideAll([{ name: control.name, values }], { margin: null });
    if (nearest === null) return [`${control.name}: n/a`];
    return status === 'held' ? [] : [`not proven better than ${control.name}`];
  });
  return [...small, ...(temperature === null ? [] : [temperature]), ...equals];
};

/**
 * What must stand beside a verdict: of every one, that an arm gains on the test split alone; of a
 * held claim, that its effect is smaller than the margin, that it is not held after one temperature
 * fitted on validation, or that a control does as well. A control does as well unless the claim's
 * arm is proven better than it. Empty where nothing speaks against.
 */
export const besides = (cells: readonly Cell[], claim: Claim, status: VerdictStatus): readonly string[] => [
  ...leaksOf(cells, claim.test),
  ...(status === 'held' ? besideHeld(cells, claim) : []),
];

/** Ids of the runs that a claim's arms and comparisons use. */
export const runsOfClaim = (cells: readonly Cell[], { test }: Claim): ReadonlySet<string> =>
  new Set(
    armsOfTest(cells, test)
      .flatMap((arm) => cellsOf(cells, arm))
      .map(({ record }) => record.result.id),
  );

/** Pairs of claims that rest partly on the same runs, by their ids. */
export const sharedRuns = (
  cells: readonly Cell[],
  claims: readonly Claim[],
): readonly { readonly a: string; readonly b: string; readonly runs: number }[] => {
  const sets = claims.map((claim) => ({ id: claim.id, runs: runsOfClaim(cells, claim) }));
  return sets.flatMap((a, i) =>
    sets.slice(i + 1).flatMap((b) => {
      const shared = [...a.runs].filter((id) => b.runs.has(id)).length;
      return shared > 0 ? [{ a: a.id, b: b.id, runs: shared }] : [];
    }),
  );
};
