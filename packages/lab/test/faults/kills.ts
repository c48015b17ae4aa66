import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { fold, key, uniform, type Key } from '@lab/random';
import { start, type Ended } from '../cli.ts';
import { openLedger } from './ledger.ts';
import { childrenOf, isAlive, kill9, sleep, until } from './processes.ts';
import type { Row } from './row.ts';
import { differing, type Faulty } from './study.ts';

/**
 * A moment in a sweep: within four seconds, which mostly falls on processes that start, or more often when the n-th file from now
 * appears, is renamed or removed below `runs/`, which falls on work of every kind on a machine of any speed.
 */
const moment = async (out: string, draw: Key, seconds: number, over: () => boolean): Promise<void> => {
  const [how, when] = uniform(draw, 2) as unknown as [number, number];
  if (how < 0.2) return sleep(when * 4000);
  let left = 1 + Math.floor(when * 150);
  mkdirSync(join(out, 'runs'), { recursive: true });
  const eyes = watch(join(out, 'runs'), { recursive: true }, () => (left -= 1));
  const latest = performance.now() + seconds * 1000;
  while (left > 0 && !over() && performance.now() < latest) await sleep(1);
  eyes.close();
};

export interface KillArgs {
  readonly study: Faulty;
  /** Folder of the same sweep, uninterrupted, and how long that took. */
  readonly whole: string;
  readonly seconds: number;
  readonly kills: number;
  readonly seed: number;
  /** After so many minutes no more are made; Infinity for none. */
  readonly minutes?: number;
}

interface Tally {
  workers: number;
  parents: number;
  rounds: number;
  readonly lost: string[];
  readonly twice: string[];
  readonly unequal: string[];
}

/** One sweep, killed at random until it ends by itself or enough kills were made; then left to finish. */
const round = async (args: KillArgs, draw: Key, enough: (t: Tally) => boolean, tally: Tally) => {
  const { study, whole, seconds } = args;
  const out = join(study.root, `round-${tally.rounds}`);
  const command = ['worker', study.file, '--scale', 'short', '--out', out, '--workers', '2', '--attempts', '100000'];
  const ledger = openLedger(out);
  const started = new Set<number>();
  for (let i = 0; ; i++) {
    const { child, ended } = start(...command);
    let end: Ended | null = null;
    void ended.then((how) => (end = how));
    const over = () => child.exitCode !== null || child.signalCode !== null;
    for (let j = 0; !over() && !enough(tally); j++) {
      const k = fold(fold(draw, i), j);
      await moment(out, fold(k, 'when'), seconds, over);
      if (over()) break;
      const workers = childrenOf(child.pid!);
      workers.forEach((pid) => started.add(pid));
      ledger.look();
      const [who, which] = uniform(fold(k, 'who'), 2) as unknown as [number, number];
      // The parent alone, a worker alone, or everybody at once, as when a machine loses power.
      if (who < 0.75 && workers.length > 0) {
        kill9(workers[Math.floor(which * workers.length)]!);
        tally.workers += 1;
      } else {
        kill9(child.pid!);
        tally.parents += 1;
        if (which < 0.3) {
          workers.forEach(kill9);
          tally.workers += workers.length;
        }
      }
    }
    await ended;
    ledger.look();
    const { code, stderr } = end!;
    if (code === 0) break;
    if (code !== null) throw new Error(`a sweep ended with ${code}: ${stderr}`);
  }
  await until('orphans end', () => [...started].every((pid) => !isAlive(pid)), 60);
  tally.lost.push(...ledger.lost());
  tally.twice.push(...ledger.twice());
  tally.unequal.push(...differing(whole, out));
  tally.rounds += 1;
};

/**
 * Kills workers and parents of sweeps at random moments, as many as asked for (a kill of everybody counts each process). `seed` makes
 * another series.
 */
export const killAtRandom = async (args: KillArgs): Promise<Row> => {
  const tally: Tally = { workers: 0, parents: 0, rounds: 0, lost: [], twice: [], unequal: [] };
  const end = performance.now() + (args.minutes ?? Infinity) * 60_000;
  const enough = ({ workers, parents }: Tally) => workers + parents >= args.kills || performance.now() > end;
  while (!enough(tally)) await round(args, fold(fold(key(args.seed), 'kills'), tally.rounds), enough, tally);
  const { workers, parents, rounds, lost, twice, unequal } = tally;
  return {
    fault: 'kill -9 at a random moment or at a random change of a file',
    tried: workers + parents,
    how: `${workers} workers, ${parents} parents, over ${rounds} sweeps`,
    lost: lost.length,
    twice: twice.length,
    unequal: unequal.length,
    then: 'the same command goes on',
  };
};
