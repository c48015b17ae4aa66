import type { Leases, LeaseWorld } from '@lab/records';
import { fold, key } from '@lab/random';
import { walk } from './walk.ts';

export type Exploration = {
  readonly walks: number;
  /** Walks whose order of turns and events no other had. */
  readonly distinct: number;
  readonly turns: number;
  /** How many walks ran into each thing that must not happen. */
  readonly violations: { readonly [what: string]: number };
};

/** Many random histories, one after another. `until` is asked before each. */
export const explore = (setup: {
  readonly openLeases: (world: LeaseWorld) => Leases;
  readonly seed: number;
  readonly lateWrites: boolean;
  readonly until: (walks: number, violations: number) => boolean;
}): Exploration => {
  const seen = new Set<number>();
  const violations: { [what: string]: number } = {};
  const root = fold(key(setup.seed), 'leases');
  let [walks, turns, bad] = [0, 0, 0];
  while (!setup.until(walks, bad)) {
    const result = walk({ ...setup, key: fold(root, walks) });
    walks += 1;
    turns += result.turns;
    seen.add(result.schedule);
    if (result.violations.length > 0) bad += 1;
    for (const what of new Set(result.violations)) violations[what] = (violations[what] ?? 0) + 1;
  }
  return { walks, distinct: seen.size, turns, violations };
};
