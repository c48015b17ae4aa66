import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaintsOf, type Outcome } from '../bad-input/outcome.ts';
import { openHost } from '../host-process.ts';
import { fuzzTargets } from './targets.ts';

/** Seconds after which a reader counts as one that hangs. */
const HANGS = 20;
/** Megabytes that reading a file of some kilobytes may add to a process. */
const MEMORY = 512;

type Memory = { readonly megabytes: number };
type Read = Outcome & Memory;

/** What came of the changed files of one kind. */
export type FuzzTally = {
  readonly target: string;
  readonly cases: number;
  readonly read: number;
  readonly refused: number;
  /** `turn: what is wrong: message` for every case that ended neither way. */
  readonly wrong: readonly string[];
};

/** What is wrong with how a changed file was read: read or refused in one sentence is right. */
const wrongWith = (outcome: Read, before: number): readonly string[] => [
  ...(outcome.code === 0 ? [] : complaintsOf({ names: [] }, outcome)),
  ...(outcome.megabytes - before > MEMORY ? [`took ${Math.round(outcome.megabytes - before)} MB`] : []),
];

/**
 * Changes valid files of every kind and reads them, until the seconds are over; each kind gets the
 * same share. Equal seeds give equal files.
 */
export const fuzz = async (options: {
  readonly seconds: number;
  readonly seed: number;
  /** Turn by name of target that is tried alone. */
  readonly only?: { readonly target: string; readonly turn?: number };
  readonly onWrong?: (text: string) => void;
}): Promise<readonly FuzzTally[]> => {
  const { seconds, seed, only, onWrong } = options;
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const chosen = fuzzTargets.filter(({ name }) => only === undefined || only.target === name);
  // What readers print is of no interest here.
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
  const host = openHost<Memory>(new URL('host.ts', import.meta.url), { limit: HANGS, stdio: [...stdio] });
  /** A process that ended has read nothing, whatever its exit code. */
  const ask = async (target: number, turn: number): Promise<Read> => {
    const { ended, megabytes = 0, ...outcome } = await host.ask({ target, turn, seed, folder });
    return { ...outcome, megabytes, ...(ended ? { code: null } : {}) };
  };
  const tallies: FuzzTally[] = [];
  for (const { name } of chosen) {
    const target = fuzzTargets.findIndex((other) => other.name === name);
    const until = performance.now() + (seconds * 1000) / chosen.length;
    const wrong: string[] = [];
    let [cases, read] = [0, 0];
    let before = (await ask(target, 0)).megabytes;
    for (let turn = only?.turn ?? 0; turn < 2 || performance.now() < until; turn++) {
      const outcome = await ask(target, turn);
      cases++;
      if (outcome.code === 0) read++;
      const complaints = [
        ...wrongWith(outcome, before),
        ...(turn === 0 && outcome.code !== 0 ? ['the valid file is not read'] : []),
      ];
      if (complaints.length > 0) {
        const text = `${name}, turn ${turn}: ${complaints.join(', ')}: ${outcome.message}`;
        wrong.push(text);
        onWrong?.(text);
      }
      before = Math.max(before, outcome.megabytes);
      if (only?.turn !== undefined) break;
    }
    tallies.push({ target: name, cases, read, refused: cases - read - wrong.length, wrong });
  }
  host.close();
  rmSync(folder, { recursive: true, force: true });
  return tallies;
};

/** The totals as a table. */
export const fuzzTable = (tallies: readonly FuzzTally[]): string =>
  [
    '| file | cases | read | refused in one sentence | otherwise |',
    '|---|--:|--:|--:|--:|',
    ...tallies.map(
      ({ target, cases, read, refused, wrong }) => `| ${target} | ${cases} | ${read} | ${refused} | ${wrong.length} |`,
    ),
  ].join('\n');
