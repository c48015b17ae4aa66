import { cellsOf } from '../study/arms/arm.ts';
import type { Cell } from '../study/study.ts';
import type { Claim, ClaimTest } from './claim.ts';
import { decideAll } from './decide.ts';
import { gains } from './evidence.ts';
import { gainsOnTestAlone } from './leak.ts';
import { measureClaim } from './measure.ts';

/** The metric after one temperature that stands beside a metric of confidences. */
const scaled: { readonly [metric: string]: string } = { nll: 'nll-scaled', ece: 'ece-scaled', brier: 'brier-scaled' };

const afterTemperature = (cells: readonly Cell[], test: ClaimTest): string | null => {
  const metric = Object.hasOwn(scaled, test.metric) ? scaled[test.metric] : undefined;
  if (metric === undefined || test.kind === 'no-gain') return null;
  const { status, nearest } = measureClaim(cells, { ...test, metric });
  if (nearest === null) return 'after one temperature: n/a (no logits stored)';
  return status === 'held' ? null : `after one temperature: ${status}`;
};

/**
 * What a held claim must say beside itself: that its effect is smaller than the margin, that it is
 * not held after one temperature fitted on
 * validation, or that a control does as well. A control does as well unless the claim's arm is
 * proven better than it. Empty where nothing speaks against.
 */
export const besides = (cells: readonly Cell[], { test, controls = [] }: Claim): readonly string[] => {
  const temperature = afterTemperature(cells, test);
  const { nearest } = measureClaim(cells, test);
  const small = test.margin && nearest && nearest.high < test.margin.value ? ['smaller than the margin'] : [];
  const equals = controls.flatMap((control) => {
    const values = gains(cells, test.arm, control, test.metric);
    const { status, nearest } = decideAll([{ name: control.name, values }], { margin: null });
    if (nearest === null) return [`${control.name}: n/a`];
    return status === 'held' ? [] : [`not proven better than ${control.name}`];
  });
  const others = test.kind === 'better' ? test.than : [];
  const leaking = others.filter((other) => gainsOnTestAlone(cells, test.arm, other));
  const leaks = leaking.map(
    ({ name }) => `gains on the test split what it does not gain on validation, against ${name}: test labels may leak`,
  );
  return [...leaks, ...small, ...(temperature === null ? [] : [temperature]), ...equals];
};

/** Ids of the runs that a claim's arms and comparisons use. */
export const runsOfClaim = (cells: readonly Cell[], { test }: Claim): ReadonlySet<string> => {
  const others =
    test.kind === 'better' || test.kind === 'worse' ? test.than : test.kind === 'no-gain' ? [test.than] : [];
  return new Set([test.arm, ...others].flatMap((arm) => cellsOf(cells, arm)).map(({ record }) => record.result.id));
};

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
