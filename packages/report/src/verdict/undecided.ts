import type { Cell } from '../study/study.ts';
import type { LookPlan } from '../stats/tests/sequential.ts';
import { runsOfClaim } from './beside.ts';
import type { Claim } from './claim.ts';
import { judge } from './verdict.ts';

/**
 * The runs that a group-sequential study still needs after a look: those of arms that a claim uses
 * which is not decided yet. An arm whose claims are all decided gets no more seeds. Null where
 * nothing is left to decide.
 */
export const undecidedRuns = (
  cells: readonly Cell[],
  claims: readonly Claim[],
  looks: LookPlan,
): ReadonlySet<string> | null => {
  const open = judge(cells, claims, looks).filter(({ status }) => status === 'cannot tell');
  return open.length === 0 ? null : new Set(open.flatMap(({ claim }) => [...runsOfClaim(cells, claim)]));
};
