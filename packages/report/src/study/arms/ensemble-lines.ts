import { ensembleLogits } from '@lab/metrics';
import { mean } from '../../stats/describe.ts';
import type { Interval } from '../../stats/intervals/interval.ts';
import { jackknifeInterval } from '../../stats/intervals/jackknife.ts';
import { subsets } from '../../stats/intervals/subsets.ts';
import { type ReportArm, bySeed, cellsOf, points } from './arm.ts';
import { sizesOf } from '../run.ts';
import { scoreOutputs } from '../scores/outcome.ts';
import { type SeedEnsembles, seedEnsembles, type SeedMembers } from './seed-ensemble.ts';
import type { Cell } from '../study.ts';

export type Average = 'logits' | 'probabilities';
const averages: readonly Average[] = ['logits', 'probabilities'];

/** A value and the seeds it was made from: one run, or one ensemble of several. */
export interface Draw {
  readonly seeds: readonly number[];
  readonly value: number;
}

/** One line of the comparison: what is averaged, how, how many, and its values of a metric. */
export interface EnsembleLine {
  readonly series: string;
  readonly of: 'one model' | 'seeds' | 'masks';
  readonly average: Average | null;
  readonly size: number;
  /** Models that have to be trained. */
  readonly trained: number;
  readonly draws: (metric: string) => readonly Draw[];
}

/** The values of each metric, computed once. */
const byMetric = (metrics: readonly string[], of: (metric: string) => readonly Draw[]): EnsembleLine['draws'] => {
  const values = new Map(metrics.map((metric) => [metric, of(metric)]));
  return (metric) => values.get(metric) ?? [];
};

const runs = (list: Parameters<typeof bySeed>[0]): Draw[] =>
  bySeed(list).map(({ seed, value }) => ({ seeds: [seed], value }));

/** The arm's runs one by one: what a single training gives. */
export const singleLine = (cells: readonly Cell[], arm: ReportArm, metrics: readonly string[]): EnsembleLine => ({
  series: arm.name,
  of: 'one model',
  average: null,
  size: 1,
  trained: 1,
  draws: byMetric(metrics, (metric) => runs(points(cells, arm, metric))),
});

/** An ensemble of one is the same however it is averaged. */
const waysFor = (size: number): readonly (Average | null)[] => (size === 1 ? [null] : averages);

/**
 * Mask ensembles of one trained model, for every stored size. A regression has values, whose only
 * average is that of `logits`.
 */
export const maskLines = (cells: readonly Cell[], arm: ReportArm, metrics: readonly string[]): EnsembleLine[] =>
  sizesOf(cellsOf(cells, arm)).flatMap((members) =>
    waysFor(members).map((average): EnsembleLine => {
      const read = (how: Average, metric: string) =>
        points(cells, { ...arm, readout: `ensemble-${how}`, members }, metric);
      const draws = byMetric(metrics, (metric) => {
        const wanted = read(average ?? 'logits', metric);
        const tasks = new Set(wanted.map(({ task }) => task));
        return runs([...wanted, ...read('logits', metric).filter(({ task }) => !tasks.has(task))]);
      });
      return { series: arm.name, of: 'masks', average, size: members, trained: 1, draws };
    }),
  );

/** 2, 4, 8, … below n, then n. */
const sizesUpTo = (n: number): readonly number[] => [...[2, 4, 8, 16, 32].filter((k) => k < n), ...(n > 1 ? [n] : [])];

/** Scores of one ensemble on every data set, by metric. */
const scored = (members: readonly SeedMembers[], seeds: readonly number[], average: Average) =>
  members.map((task) => {
    const outputs = task.outputs.filter((_, k) => seeds.some((seed) => seed === task.seeds[k]));
    const scores = scoreOutputs(ensembleLogits(outputs, average, outputs.length), task.labels);
    return (metric: string) => scores?.[metric === 'score' ? task.metric : metric];
  });

const known = (value: number | null | undefined): value is number => typeof value === 'number';

/**
 * Means over the data sets that have the metric; ensembles that lack it on one of them are left
 * out.
 */
const drawsOf = (
  all: readonly { readonly seeds: readonly number[]; readonly tasks: ReturnType<typeof scored> }[],
  metric: string,
): readonly Draw[] => {
  const ensembles = all.map(({ seeds, tasks }) => ({ seeds, values: tasks.map((of) => of(metric)).filter(known) }));
  const most = Math.max(1, ...ensembles.map(({ values }) => values.length));
  return ensembles
    .filter(({ values }) => values.length === most)
    .map(({ seeds, values }) => ({ seeds, value: mean(values) }));
};

/**
 * Ensembles over every subset of the arm's seeds, by size (sizes with more than 2,000 subsets are
 * left out); no lines where a data set refuses.
 */
export const seedLines = (
  cells: readonly Cell[],
  arm: ReportArm,
  metrics: readonly string[],
): { readonly lines: readonly EnsembleLine[]; readonly refused: SeedEnsembles['refused'] } => {
  const { members, refused } = seedEnsembles(cells, arm);
  const [first, ...others] = members;
  if (refused.length > 0 || !first) return { lines: [], refused };
  const seeds = first.seeds.filter((seed) => others.every((task) => task.seeds.includes(seed)));
  const lines = sizesUpTo(seeds.length).flatMap((size) => {
    const some = subsets(seeds.length, size);
    if (some === null) return [];
    return averages.map((average): EnsembleLine => {
      const all = some.map((places) => {
        const chosen = seeds.filter((_, i) => places.includes(i));
        return { seeds: chosen, tasks: scored(members, chosen, average) };
      });
      const draws = byMetric(metrics, (metric) => drawsOf(all, metric));
      return { series: arm.name, of: 'seeds', average, size, trained: size, draws };
    });
  });
  return { lines, refused };
};

/**
 * Mean of `draws` minus mean of the single runs `base` with the same seeds, and its interval:
 * jackknife over seeds, each leaving out every ensemble that holds the seed; null where no ensemble
 * is left without one.
 */
export const againstSingle = (
  draws: readonly Draw[],
  base: readonly Draw[],
): { readonly mean: number; readonly interval: Interval | null } | null => {
  const seeds = base.flatMap((b) => b.seeds).filter((seed) => draws.some((d) => d.seeds.includes(seed)));
  const difference = (used: readonly number[]): number | null => {
    const valuesOf = (list: readonly Draw[]): number[] =>
      list.filter((d) => d.seeds.every((seed) => used.includes(seed))).map((d) => d.value);
    const [mine, other] = [valuesOf(draws), valuesOf(base)];
    return mine.length === 0 || other.length === 0 ? null : mean(mine) - mean(other);
  };
  const estimate = difference(seeds);
  if (estimate === null) return null;
  const leftOut = seeds.flatMap((seed) => difference(seeds.filter((s) => s !== seed)) ?? []);
  const interval = leftOut.length < seeds.length ? null : jackknifeInterval(estimate, leftOut);
  return { mean: estimate, interval };
};
