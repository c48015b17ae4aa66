import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, readRecord, readSeal, runFolder, type RunConfig } from '@lab/records';
import { averageOf } from './average.ts';

/** What a finished run took. */
export interface Took {
  readonly config: RunConfig;
  readonly seconds: number;
  readonly peakMB: number;
  readonly bytes: number;
}

/** Most finished runs to look at. */
export const mostRecords = 60;

/** Ids of finished runs of any experiment, a few. */
export const someFinished = (out: string): readonly string[] => {
  const runs = join(out, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((id) => existsSync(join(runs, id, 'DONE')))
    .slice(0, mostRecords);
};

/** What a run took; null where it is not done or damaged, which `lab run` deals with. */
export const tookOf = (out: string, id: string): Took | null => {
  try {
    const record = readRecord(out, id);
    if (!record || record.result.status !== 'done') return null;
    const { seconds, peakMemoryMB } = record.result.cost;
    const files = Object.values(readSeal(runFolder(out, id))?.files ?? {});
    return {
      config: record.config,
      seconds,
      peakMB: peakMemoryMB,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return null;
  }
};

/** From the widest to the closest likeness: the same model, the same adapter and method. */
const kindsOf = ({ model, adapter, dropout }: RunConfig): readonly [model: string, closest: string] => [
  model.name,
  [model.name, adapter.name, dropout.name].join(' '),
];

/** The closest kind of a run: runs of one kind cost alike for their work. */
export const closestKind = (config: RunConfig): string => kindsOf(config)[1];

/** Means over finished runs that are alike. */
export interface Pace {
  /** For 10^9 operations. */
  readonly seconds: number;
  readonly peakMB: number;
  readonly bytes: number;
}

/** Finished runs of a kind after which no more are looked at. */
const enough = 6;

/** What finished runs took, by what is alike. */
export const openPace = () => {
  const seen = new Map<string, readonly Pace[]>();
  return {
    learn: (
      config: RunConfig,
      { seconds, gflop, peakMB, bytes }: Omit<Took, 'config'> & { readonly gflop: number },
    ): void => {
      const pace = { seconds: seconds / gflop, peakMB, bytes };
      for (const kind of kindsOf(config)) seen.set(kind, [...(seen.get(kind) ?? []), pace]);
    },
    /** Whether enough of a kind has been seen. */
    knows: (config: RunConfig): boolean => (seen.get(closestKind(config))?.length ?? 0) >= enough,
    /** Of the closest kind that has been seen of the model; null before any. */
    ofModel: (config: RunConfig): Pace | null => {
      const [model, closest] = kindsOf(config);
      const some = seen.get(closest) ?? seen.get(model) ?? [];
      const seconds = averageOf(some.map((pace) => pace.seconds));
      if (seconds === null) return null;
      return {
        seconds,
        peakMB: Math.max(...some.map((pace) => pace.peakMB)),
        bytes: averageOf(some.map((pace) => pace.bytes)) ?? 0,
      };
    },
  };
};
