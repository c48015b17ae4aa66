import { median } from '@lab/report/internals';
import { setTimeout as wait } from 'node:timers/promises';
import type { LaneKind } from '../shared/steps.ts';
import type { Lane } from './lane.ts';

export type Measured = {
  readonly name: string;
  readonly threads: number;
  readonly description: string;
  /** Median milliseconds. */
  readonly train: number;
  readonly evaluate: number;
  /** Half the distance of the quartiles of the steps, as a share of the median. */
  readonly spread: number;
  readonly peakMB: number;
};

export type DroppedLane = { readonly lane: Lane; readonly reason: string };

/** Seconds that the first step may take: compilers take long, and engines that do are left out. */
const PATIENCE = { engine: 15, compiled: 240 } as const;
/**
 * Milliseconds of one turn; short turns, often, so that what disturbs the machine disturbs
 * everyone.
 */
const TURN = 400;
/** Milliseconds between turns, in which the last one's threads stop spinning. */
const PAUSE = 30;

const spreadOf = (times: readonly number[]): number => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return (at(0.75) - at(0.25)) / 2 / at(0.5);
};

/**
 * Warms every lane up, then gives each its turn, round after round, and takes medians. Lanes slower
 * than a second a step get three rounds.
 */
export const measureLanes = async (
  lanes: readonly Lane[],
  rounds: number,
): Promise<{ readonly measured: readonly Measured[]; readonly dropped: readonly DroppedLane[] }> => {
  const dropped: DroppedLane[] = [];
  const runs = new Map<Lane, { readonly [kind in LaneKind]: { readonly times: number; readonly seen: number[] } }>();
  for (const lane of lanes) {
    try {
      const warm = async (kind: LaneKind) => {
        await lane.turn(kind, 1, lane.name.endsWith('compiled') ? PATIENCE.compiled : PATIENCE.engine);
        const milliseconds = (await lane.turn(kind, 2)).at(-1)!;
        return { times: Math.max(1, Math.min(50, Math.round(TURN / milliseconds))), seen: [] };
      };
      runs.set(lane, { train: await warm('train'), evaluate: await warm('evaluate') });
    } catch (error) {
      dropped.push({ lane, reason: (error as Error).message });
      lane.stop();
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['train', 'evaluate'] as const) {
      for (const [lane, run] of runs) {
        const { times, seen } = run[kind];
        if (round >= 3 && seen[0]! > 1000) continue;
        await wait(PAUSE);
        seen.push(...(await lane.turn(kind, times)));
      }
    }
  }
  const measured = [...runs].map(([lane, { train, evaluate }]) => ({
    name: lane.name,
    threads: lane.threads,
    description: lane.description,
    train: median(train.seen),
    spread: spreadOf(train.seen),
    evaluate: median(evaluate.seen),
    peakMB: lane.peakMB(),
  }));
  return { measured, dropped };
};
