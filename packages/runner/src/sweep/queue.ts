import { canonical, type RunConfig } from '@lab/records';
import type { PlannedRun } from '../plan/config.ts';

/** Runs in the order in which workers should take them. */
export interface Queue {
  /** The next run for a worker whose last run was of `arm`, or null when none is left. */
  readonly take: (arm: string | null) => PlannedRun | null;
  /** Adds a run that can start now. */
  readonly add: (run: PlannedRun) => void;
  /** Puts a run back, to be taken next. */
  readonly putBack: (run: PlannedRun) => void;
  readonly size: () => number;
}

/**
 * What runs that differ only in their seed, and in the runs that they start from, have in common:
 * they share compiled programs.
 */
export const armOf = ({ config: { seed: _seed, from: _from, ...rest } }: PlannedRun): string => canonical(rest);

const count = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** How much work a run is, in passes over an example: rough, to begin with the longest. */
const workOf = ({ dataset, dropout, train, members }: RunConfig): number =>
  3 * train.epochs * count(dataset.train ?? dataset.subset, 1000) * count(dropout.samples, 1) +
  (2 + members) * count(dataset.maxTest, 1000);

/** A list that begins at a share of its length and goes round. */
const from = <T>(items: readonly T[], share: number): T[] => {
  const start = Math.floor(share * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
};

/**
 * Makes a queue. A worker stays with one arm as long as it has runs, so that programs are compiled
 * once; else it takes an arm that nobody works on, those with most work first, so that no long run
 * is left for the end; else it helps with another's. `share` in [0, 1) is where to begin: several
 * runners on one folder begin at different places.
 */
export const openQueue = (runs: readonly PlannedRun[], share = 0): Queue => {
  const arms = new Map<string, PlannedRun[]>();
  for (const run of runs) {
    const arm = armOf(run);
    const found = arms.get(arm);
    if (found) found.push(run);
    else arms.set(arm, [run]);
  }
  const work = (group: readonly PlannedRun[]) => group.reduce((sum, { config }) => sum + workOf(config), 0);
  const longestFirst = [...arms].sort(([, a], [, b]) => work(b) - work(a));
  const groups = new Map(from(longestFirst, share).map(([arm, group]) => [arm, from(group, share)]));
  const begun = new Set<string>();
  const urgent: PlannedRun[] = [];
  let left = runs.length;

  const choose = (last: string | null): string | undefined => {
    if (last !== null && groups.has(last)) return last;
    for (const arm of groups.keys()) if (!begun.has(arm)) return arm;
    return groups.keys().next().value;
  };
  return {
    add: (run) => {
      left += 1;
      groups.set(armOf(run), [...(groups.get(armOf(run)) ?? []), run]);
    },
    take: (last) => {
      if (left === 0) return null;
      left -= 1;
      const first = urgent.shift();
      if (first) return first;
      const arm = choose(last)!;
      begun.add(arm);
      const group = groups.get(arm)!;
      const run = group.shift()!;
      if (group.length === 0) groups.delete(arm);
      return run;
    },
    putBack: (run) => {
      left += 1;
      urgent.unshift(run);
    },
    size: () => left,
  };
};
