import { sd } from '../stats/describe.ts';
import { normalQuantile } from '@lab/random';
import { correlations, guardedEquivalence, guardedMde, jointPower } from '../stats/power/guarded-power.ts';
import { fewestSeeds } from '../stats/intervals/mean-interval.ts';
import { fewestPairs } from '../stats/power/paired-power.ts';
import { seedOf } from '../study/run.ts';
import { type Cell, force } from '../study/study.ts';
import { runsOfClaim } from './beside.ts';
import type { Claim } from './claim.ts';
import { type ClaimPart, innerPeak } from './decide.ts';
import { evidenceOf, peakSeeds } from './evidence.ts';
import { sentencesFor, sentenceVariances } from './sentences.ts';

/** Test sentences of a run that let so many seeds find the margin with 80 % power. */
export interface SentenceNeeds {
  readonly seeds: number;
  readonly pilots: number;
  /** Null: no number of sentences helps, since the seeds alone spread too much. */
  readonly needed: number | null;
}

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
  /** Test sentences: those of the pilots, and how many the planned seeds would need to hold. */
  readonly sentences: SentenceNeeds | null;
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
const careful = (n: number): number => {
  const df = n - 1;
  const lower = 1 - 2 / (9 * df) + normalQuantile(0.2) * Math.sqrt(2 / (9 * df));
  return Math.sqrt(1 / Math.max(1e-9, lower ** 3));
};

const sweepRows = (cells: readonly Cell[], claim: Claim) => {
  const { peak } = evidenceOf(cells, claim.test);
  return peak && [...peak.tuning, ...peak.confirmation];
};

/** The parts of a claim; of a peak its contrasts at the setting that all pilots choose. */
const partsOf = (cells: readonly Cell[], claim: Claim, peak: number | null): readonly ClaimPart[] => {
  const rows = sweepRows(cells, claim);
  if (!rows) return evidenceOf(cells, claim.test).parts;
  if (peak === null) return [];
  return [0, (rows[0]?.length ?? 1) - 1].map((end) => ({
    name: 'contrast',
    values: rows.map((row) => (row[peak] ?? 0) - (row[end] ?? 0)),
  }));
};

const usedBy = (cells: readonly Cell[], claim: Claim): readonly Cell[] => {
  const used = runsOfClaim(cells, claim);
  return cells.filter(({ record }) => used.has(record.result.id));
};

/** Stages that several sequences share are trained once. */
const hoursPerSeed = (cells: readonly Cell[], claim: Claim): number => {
  const runs = usedBy(cells, claim).flatMap((cell) => cell.stages ?? [cell]);
  const mine = [...new Map(runs.map((run) => [run.record.result.id, run])).values()];
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

/** Seeds in all of which `n` test a claim: a peak is chosen on the others. */
const withPeakSeeds = (n: number | null): number | null =>
  n === null ? null : fewestPairs((all) => all - peakSeeds(all), n, n, 2 * mostSeeds);

/** What more test sentences would do for a claim's widest part; null where outputs cannot say. */
const sentenceNeeds = (
  cells: readonly Cell[],
  parts: (some: readonly Cell[]) => readonly ClaimPart[],
  { margin, seeds }: { readonly margin: number; readonly seeds: number },
): SentenceNeeds | null => {
  const variances = parts(cells).map(({ values }) => sd(values) ** 2);
  const widest = variances.indexOf(Math.max(...variances));
  const fromSentences = sentenceVariances(cells, parts)?.[widest];
  const factor = guardedMde(seeds);
  const counts = cells.map(({ predictions }) => force(predictions).length);
  const [variance, pilots] = [variances[widest], Math.min(...counts)];
  if (fromSentences === undefined || factor === null || variance === undefined) return null;
  const wanted = margin / factor / careful(parts(cells)[widest]?.values.length ?? 2);
  return { seeds, pilots, needed: sentencesFor(wanted, { variance, fromSentences, sentences: pilots }) };
};

/**
 * Seeds that every claim needs at the spread of the pilot runs, and test sentences that it needs
 * with `planned` seeds. Pure.
 */
export const needsOf = (cells: readonly Cell[], claims: readonly Claim[], planned: number): readonly ClaimNeeds[] =>
  claims.map((claim): ClaimNeeds => {
    const rows = sweepRows(cells, claim);
    const peak = rows && innerPeak(rows);
    const parts = partsOf(cells, claim, peak);
    const pilotSeeds = parts.length === 0 ? 0 : Math.min(...parts.map(({ values }) => values.length));
    const common = { claim, pilotSeeds, coreHoursPerSeed: hoursPerSeed(cells, claim) };
    const nothing = { spread: null, toHold: null, toBeEquivalent: null, sentences: null };
    const cannot = (reason: string): ClaimNeeds => ({ ...common, ...nothing, reason });
    const margin = claim.test.margin?.value;
    if (pilotSeeds < fewestPilots) return cannot(`${pilotSeeds} of at least ${fewestPilots} pilot seeds`);
    if (margin === undefined) return cannot('the claim names no margin to plan for');
    const lists = parts.map(({ values }) => values.slice(0, pilotSeeds));
    const spread = Math.max(...pilotDesign(lists).spreads);
    if (spread === 0) return cannot('the pilots do not differ at all');
    // "Adds nothing" is held by an interval below the margin, which is one part like any other.
    const equal = (n: number) => guardedEquivalence(margin / spread, n);
    const inAll = rows ? withPeakSeeds : (n: number | null) => n;
    const tested = rows ? planned - peakSeeds(planned) : planned;
    const own = (some: readonly Cell[]) => partsOf(some, claim, peak);
    return {
      ...common,
      spread,
      toHold: inAll(seedsToHold(lists, margin)),
      toBeEquivalent: inAll(fewestPairs(equal, 0.8, fewestSeeds, mostSeeds)),
      sentences: sentenceNeeds(usedBy(cells, claim), own, { margin, seeds: tested }),
      reason: null,
    };
  });
