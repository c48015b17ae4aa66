import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchMachine } from './machine.ts';

const FOLDER = fileURLToPath(new URL('../history/', import.meta.url));

/** One measured time: what it is of, its median and how far its repetitions lie apart. */
export interface Timing {
  readonly of: string;
  readonly milliseconds: number;
  /** Half the distance of the quartiles, as a share of the median; null: measured once. */
  readonly spread: number | null;
}

/** One line of a processor's history. */
export interface BenchEntry {
  readonly date: string;
  readonly commit: string;
  readonly machine: BenchMachine;
  readonly timings: readonly Timing[];
}

/** Of every processor a file with a line for each measurement that was kept. */
const fileOf = ({ processor }: BenchMachine): string =>
  join(
    FOLDER,
    `${processor
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')}.jsonl`,
  );

/** What was kept of this processor, oldest first. */
export const historyOf = (machine: BenchMachine): readonly BenchEntry[] => {
  const file = fileOf(machine);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BenchEntry);
};

/** Keeps a measurement. */
export const keepEntry = (entry: BenchEntry): void => {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(fileOf(entry.machine), `${JSON.stringify(entry)}\n`);
};

/** Changes below this share are never called one. */
const LEAST = 0.05;
/** The share that a time measured once may move by itself. */
const ONCE = 0.15;

/** A time that moved by more than its repetitions do. */
export interface Change {
  readonly of: string;
  readonly before: number;
  readonly now: number;
}

/** What changed beyond noise: by more than three times both spreads together. */
export const changesBetween = (before: BenchEntry, now: BenchEntry): readonly Change[] => {
  const old = new Map(before.timings.map((timing) => [timing.of, timing]));
  return now.timings.flatMap(({ of, milliseconds, spread }): readonly Change[] => {
    const other = old.get(of);
    if (!other) return [];
    const noise = 3 * Math.hypot(spread ?? ONCE / 3, other.spread ?? ONCE / 3);
    const moved = Math.abs(Math.log(milliseconds / other.milliseconds));
    return moved > Math.max(LEAST, noise) ? [{ of, before: other.milliseconds, now: milliseconds }] : [];
  });
};
