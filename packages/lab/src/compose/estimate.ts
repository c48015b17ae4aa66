import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, readRecord, readSeal, runFolder, type RunConfig } from '@lab/records';
import { workOf } from '@lab/runner';

/** What is expected of the runs that are not done, from those that are. */
export interface CostEstimate {
  /** Seconds on the workers asked for; null without any finished run to go by. */
  readonly seconds: number | null;
  readonly workers: number;
  /** Bytes that the runs still to come will take; null without any finished run to go by. */
  readonly bytes: number | null;
  /** Bytes free where the output folder is, or will be. */
  readonly freeBytes: number;
  /** How many finished runs this goes by. */
  readonly from: number;
}

/** Most finished runs to look at. */
const mostRecords = 60;

/** Runs of one kind cost alike for their work. */
const kindOf = ({ model, adapter, dropout }: RunConfig): string => [model.name, adapter.name, dropout.name].join(' ');

const mean = (values: readonly number[]): number | null =>
  values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;

/** The nearest folder above (or at) a path that exists. */
const existing = (path: string): string => (existsSync(path) ? path : existing(join(path, '..')));

/** Ids of finished runs of any experiment, a few. */
const anyFinished = (out: string): readonly string[] => {
  const runs = join(out, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((id) => existsSync(join(runs, id, 'DONE')))
    .slice(0, mostRecords);
};

/**
 * Gathers, run by run and in constant memory, what a plan still asks for; `estimate` then says what
 * that should cost. Time goes by the seconds for a unit of work of finished runs of the same model,
 * adapter and method, else of any.
 */
export const openEstimate = (out: string) => {
  const waiting = new Map<string, number>();
  const rates = new Map<string, number[]>();
  const sizes: number[] = [];
  let remaining = 0;
  let samples = 0;
  const learn = (id: string): void => {
    try {
      const record = readRecord(out, id);
      if (!record || record.result.status !== 'done') return;
      const kind = kindOf(record.config);
      rates.set(kind, [...(rates.get(kind) ?? []), record.result.cost.seconds / workOf(record.config)]);
      sizes.push(Object.values(readSeal(runFolder(out, id))?.files ?? {}).reduce((sum, { bytes }) => sum + bytes, 0));
      samples += 1;
    } catch (error) {
      // A damaged run teaches nothing; lab run deals with it.
      if (!(error instanceof BadInput)) throw error;
    }
  };
  return {
    add: (id: string, config: RunConfig, done: boolean): void => {
      if (!done) {
        remaining += 1;
        waiting.set(kindOf(config), (waiting.get(kindOf(config)) ?? 0) + workOf(config));
      } else if (samples < mostRecords && (rates.get(kindOf(config))?.length ?? 0) < 6) learn(id);
    },
    estimate: (workers: number): CostEstimate => {
      if (samples === 0) anyFinished(out).forEach(learn);
      const overall = mean([...rates.values()].flat());
      const seconds = [...waiting].flatMap(([kind, work]) => {
        const rate = mean(rates.get(kind) ?? []) ?? overall;
        return rate === null ? [] : [rate * work];
      });
      const size = mean(sizes);
      const { bavail, bsize } = statfsSync(existing(out));
      return {
        seconds: seconds.length < waiting.size ? null : seconds.reduce((a, b) => a + b, 0) / workers,
        workers,
        bytes: size === null ? null : size * remaining,
        freeBytes: bavail * bsize,
        from: samples,
      };
    },
  };
};
