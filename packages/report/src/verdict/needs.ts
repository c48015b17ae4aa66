import { sd } from '../stats/describe.ts';
import { normalQuantile } from '../stats/distributions.ts';
import { correlations, guardedEquivalence, jointPower } from '../stats/power/guarded-power.ts';
import { fewestSeeds } from '../stats/intervals/mean-interval.ts';
import { fewestPairs } from '../stats/power/paired-power.ts';
import type { Cell } from '../study/study.ts';
import type { Claim } from './claim.ts';
import { decidePeak, type ClaimPart } from './decide.ts';
import { evidenceOf } from './evidence.ts';
import { runsOfClaim } from './beside.ts';
import { seedOf } from '../study/run.ts';

/** What a claim needs to be decided, planned from pilot runs that do not decide it. */
export interface ClaimNeeds {
  readonly claim: Claim;
  readonly pilotSeeds: number;
  /** Largest spread over the parts, with what so few pilots may hide: see `careful`. */
  readonly spread: number | null;
  /**
   * Seeds that find an effect as large as the margin with 80 % power; null: more than `mostSeeds`.
   */
  readonly toHold: number | null;
  /** Seeds that call no effect equivalent with 80 % power; null: more than `mostSeeds`. */
  readonly toBeEquivalent: number | null;
  /** Core-hours of one seed of every run that the claim uses. */
  readonly coreHoursPerSeed: number;
  /** Why nothing can be planned; null where it can. */
  readonly reason: string | null;
}

/**
 * A study of more seeds is not planned: the claim then counts as one that these data cannot decide.
 */
export const mostSeeds = 200;

/** Fewest pilot seeds that a spread is planned from. */
const fewestPilots = 3;

/**
 * Factor by which a standard deviation of n pilots is raised, so that the true one lies below in
 * four of five pilots: the one-sided 80 % limit by chi-squared (Wilson and Hilferty's cube root).
 */
export const careful = (n: number): number => {
  const df = n - 1;
  const lower = 1 - 2 / (9 * df) + normalQuantile(0.2) * Math.sqrt(2 / (9 * df));
  return Math.sqrt(1 / Math.max(1e-9, lower ** 3));
};

const partsOf = (cells: readonly Cell[], claim: Claim): readonly ClaimPart[] => {
  const { parts, peak } = evidenceOf(cells, claim.test);
  if (!peak) return parts;
  const rows = [...peak.tuning, ...peak.confirmation];
  const chosen = decidePeak({ tuning: rows, confirmation: rows }, { margin: null }).peak;
  if (chosen === null) return [];
  return [0, peak.at.length - 1].map((end) => ({
    name: 'contrast',
    values: rows.map((row) => (row[chosen] ?? 0) - (row[end] ?? 0)),
  }));
};

const hoursPerSeed = (cells: readonly Cell[], claim: Claim): number => {
  const used = runsOfClaim(cells, claim);
  const mine = cells.filter(({ record }) => used.has(record.result.id));
  const seeds = new Set(mine.map(seedOf)).size;
  const seconds = mine.reduce((sum, { record }) => sum + record.result.cost.seconds * record.surroundings.threads, 0);
  return seeds === 0 ? 0 : seconds / 3600 / seeds;
};

/** Spreads of the parts of a claim as pilots show them, raised by `careful`. */
const pilotDesign = (lists: readonly (readonly number[])[]) => ({
  spreads: lists.map((list) => sd(list) * careful(list.length)),
  correlation: correlations(lists),
});

/**
 * Seeds that find all parts above zero with 80 % power when each true mean is the margin; null:
 * more than `mostSeeds`.
 */
export const seedsToHold = (pilots: readonly (readonly number[])[], margin: number): number | null => {
  const design = pilotDesign(pilots);
  return fewestPairs((n) => jointPower({ ...design, n, effect: margin }), 0.8, fewestSeeds, mostSeeds);
};

/** Seeds that every claim needs at the spread of the pilot runs. Pure. */
export const needsOf = (cells: readonly Cell[], claims: readonly Claim[]): readonly ClaimNeeds[] =>
  claims.map((claim): ClaimNeeds => {
    const parts = partsOf(cells, claim);
    const pilotSeeds = parts.length === 0 ? 0 : Math.min(...parts.map(({ values }) => values.length));
    const common = { claim, pilotSeeds, coreHoursPerSeed: hoursPerSeed(cells, claim) };
    const cannot = (reason: string): ClaimNeeds => ({
      ...common,
      spread: null,
      toHold: null,
      toBeEquivalent: null,
      reason,
    });
    const margin = claim.test.margin?.value;
    if (pilotSeeds < fewestPilots) return cannot(`${pilotSeeds} of at least ${fewestPilots} pilot seeds`);
    if (margin === undefined) return cannot('the claim names no margin to plan for');
    const lists = parts.map(({ values }) => values.slice(0, pilotSeeds));
    const spread = Math.max(...pilotDesign(lists).spreads);
    if (spread === 0) return cannot('the pilots do not differ at all');
    // "Adds nothing" is held by an interval below the margin, which is one part like any other.
    const equal = (n: number) => guardedEquivalence(margin / spread, n);
    return {
      ...common,
      spread,
      toHold: seedsToHold(lists, margin),
      toBeEquivalent: fewestPairs(equal, 0.8, fewestSeeds, mostSeeds),
      reason: null,
    };
  });
