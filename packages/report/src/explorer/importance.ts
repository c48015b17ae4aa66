import { incompleteBeta, invertCdf } from '@lab/random';
import type { RunAxis } from './selection.ts';

/** How much of the spread of a measure goes with a setting. */
export interface Importance {
  /** Names of the settings; several where they differ between the same runs. */
  readonly names: readonly string[];
  readonly levels: number;
  /** Share of the variance between levels, 0 to 1 (eta squared), within data sets. */
  readonly share: number;
  /** The share that a setting without any effect stays below in 95 of 100 studies. */
  readonly chance: number;
}

/** What the settings explain, and why that may mislead. */
export interface ImportanceResult {
  readonly runs: number;
  /** The largest share first. */
  readonly rows: readonly Importance[];
  readonly warnings: readonly string[];
}

/** Most levels of a number; more are put into as many groups of equal size. */
const mostLevels = 6;

/** Runs for each level below which a share says little. */
const fewRuns = 10;

/** The level of every run: the value itself, or its group where numbers are many. */
const levelsOf = (axis: RunAxis, runs: readonly number[]): readonly number[] => {
  const values = runs.map((run) => axis.at(run) ?? -Infinity);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const place = new Map(distinct.map((v, i) => [v, i]));
  const groups = axis.words === null && distinct.length > mostLevels ? mostLevels : distinct.length;
  return values.map((v) => Math.floor(((place.get(v) ?? 0) * groups) / distinct.length));
};

/** Sum of squares about the mean of each group. */
const withinGroups = (values: readonly number[], groups: readonly number[]): number => {
  const sums = new Map<number, { n: number; sum: number; squares: number }>();
  values.forEach((v, i) => {
    const group = groups[i] ?? 0;
    const known = sums.get(group) ?? { n: 0, sum: 0, squares: 0 };
    sums.set(group, { n: known.n + 1, sum: known.sum + v, squares: known.squares + v * v });
  });
  return [...sums.values()].reduce((total, { n, sum, squares }) => total + squares - (sum * sum) / n, 0);
};

/** Values less the mean of their group. */
const centred = (values: readonly number[], groups: readonly (number | null)[]): readonly number[] => {
  const sums = new Map<number | null, { n: number; sum: number }>();
  values.forEach((v, i) => {
    const known = sums.get(groups[i] ?? null) ?? { n: 0, sum: 0 };
    sums.set(groups[i] ?? null, { n: known.n + 1, sum: known.sum + v });
  });
  return values.map((v, i) => {
    const { n, sum } = sums.get(groups[i] ?? null) ?? { n: 1, sum: 0 };
    return v - sum / n;
  });
};

/** Groups numbered in the order of their first run, as text: equal for equal partitions. */
const partitionOf = (groups: readonly number[]): string => {
  const places = new Map<number, number>();
  return groups.map((g) => places.get(g) ?? (places.set(g, places.size), places.size - 1)).join(',');
};

/**
 * One-way analysis of variance for each setting over the given runs: the share of the variance of
 * `measure` that lies between the setting's levels, after the mean of every data set is taken off.
 * Under no effect the share follows Beta((levels - 1) / 2, (runs - levels) / 2), which gives
 * `chance`. Interactions are not looked at.
 */
export const knobImportance = (
  { measure, knobs, task }: { readonly measure: RunAxis; readonly knobs: readonly RunAxis[]; readonly task: RunAxis },
  shown: readonly number[],
): ImportanceResult => {
  const runs = shown.filter((run) => measure.at(run) !== null);
  const values = centred(
    runs.map((run) => measure.at(run) ?? 0),
    runs.map((run) => task.at(run)),
  );
  const total = values.reduce((sum, v) => sum + v * v, 0);
  const rows = new Map<string, Importance>();
  for (const knob of knobs) {
    const groups = levelsOf(knob, runs);
    const levels = new Set(groups).size;
    if (levels < 2 || levels >= runs.length || total === 0) continue;
    const partition = partitionOf(groups);
    const same = rows.get(partition);
    const [a, b] = [(levels - 1) / 2, (runs.length - levels) / 2];
    rows.set(partition, {
      names: [...(same?.names ?? []), knob.title],
      levels,
      share: Math.max(0, 1 - withinGroups(values, groups) / total),
      chance: invertCdf((x) => incompleteBeta(a, b, x), 0.95),
    });
  }
  const sorted = [...rows.values()].sort((a, b) => b.share - a.share);
  return { runs: runs.length, rows: sorted, warnings: warningsOf(runs.length, sorted) };
};

const warningsOf = (runs: number, rows: readonly Importance[]): readonly string[] => {
  const most = Math.max(0, ...rows.map(({ levels }) => levels));
  const tied = rows.filter(({ names }) => names.length > 1);
  return [
    ...(rows.length > 0 && runs < fewRuns * most
      ? [
          `Only ${runs} runs for up to ${most} levels: with fewer than ${fewRuns} runs a level, ` +
            'a share this small or large is easily luck.',
        ]
      : []),
    ...tied.map(({ names }) => `${names.join(', ')} change together, so their effects cannot be told apart.`),
  ];
};
