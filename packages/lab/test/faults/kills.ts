import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fold, key, uniform, type Key } from '@lab/random';
import { start, type Ended } from '../cli.ts';
import { openLedger } from './ledger.ts';
import { childrenOf, isAlive, kill9, sleep, until } from './processes.ts';
import type { Row } from './row.ts';
import { differing, runsIn, type Faulty } from './study.ts';

/**
 * When a run's folder last changed: a lease taken or given back, a record or a checkpoint begun, in
 * milliseconds.
 */
const latestWork = (out: string): number =>
  runsIn(out).reduce((latest, id) => Math.max(latest, statSync(join(out, 'runs', id)).mtimeMs), 0);

/** Seconds in which a kill falls; several times what a run takes. */
const LONG = 2;

/**
 * Waits for a random moment: anywhere within two seconds, from now or, where the kill is meant for
 * `work`, from the next sign of work in any run, so that work goes on however slowly processes
 * start.
 */
const moment = async (out: string, work: boolean, draw: Key, over: () => boolean): Promise<void> => {
  const since = latestWork(out);
  while (work && !over() && latestWork(out) === since) await sleep(5);
  const [when] = uniform(draw, 1) as unknown as [number];
  const end = performance.now() + when * LONG * 1000;
  while (!over() && performance.now() < end) await sleep(5);
};

/** Worker processes of a parent: not its other helpers, such as the compiler of its sources. */
const workersOf = (parent: number): readonly number[] =>
  childrenOf(parent).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/worker.ts');
    } catch {
      return false;
    }
  });

const ownerOf = (path: string): number => (JSON.parse(readFileSync(path, 'utf8')) as { readonly pid: number }).pid;

/** Whether a process holds the lease of a run, that is, works on it. */
const isAtWork = (out: string, pid: number): boolean =>
  runsIn(out).some((id) => {
    const folder = join(out, 'runs', id);
    return readdirSync(folder).some((name) => {
      try {
        return /^lease-/.test(name) && ownerOf(join(folder, name)) === pid;
      } catch {
        // Given back in between.
        return false;
      }
    });
  });

export interface KillArgs {
  readonly study: Faulty;
  /** Folder of the same sweep, uninterrupted. */
  readonly whole: string;
  readonly kills: number;
  readonly seed: number;
  /** After so many minutes no more are made; Infinity for none. */
  readonly minutes?: number;
}

interface Tally {
  workers: number;
  /** Workers that held a run when they were killed. */
  atWork: number;
  parents: number;
  rounds: number;
  readonly lost: string[];
  readonly twice: string[];
  readonly unequal: string[];
}

/**
 * One sweep, killed at random until it ends by itself or enough kills were made; then left to
 * finish.
 */
const round = async (args: KillArgs, draw: Key, enough: (t: Tally) => boolean, tally: Tally) => {
  const { study, whole } = args;
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
      const [work, who, which, all] = uniform(fold(k, 'who'), 4) as unknown as [number, number, number, number];
      await moment(out, work < 0.8, fold(k, 'when'), over);
      if (over()) break;
      const workers = workersOf(child.pid!);
      workers.forEach((pid) => started.add(pid));
      ledger.look();
      const working = workers.filter((pid) => isAtWork(out, pid));
      const some = work < 0.8 && working.length > 0 ? working : workers;
      // A worker alone, the parent alone, or everybody at once, as when a machine loses power.
      const victims = who < 0.75 ? some.slice(Math.floor(which * some.length)).slice(0, 1) : all < 0.3 ? workers : [];
      victims.forEach(kill9);
      tally.workers += victims.length;
      tally.atWork += victims.filter((pid) => working.includes(pid)).length;
      if (who < 0.75) continue;
      kill9(child.pid!);
      tally.parents += 1;
      await ended;
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
 * Kills workers and parents of sweeps at random moments, as many as asked for (a kill of everybody
 * counts each process). `seed` makes another series.
 */
export const killAtRandom = async (args: KillArgs): Promise<Row> => {
  const tally: Tally = { workers: 0, parents: 0, atWork: 0, rounds: 0, lost: [], twice: [], unequal: [] };
  const end = performance.now() + (args.minutes ?? Infinity) * 60_000;
  const enough = ({ workers, parents }: Tally) => workers + parents >= args.kills || performance.now() > end;
  while (!enough(tally)) await round(args, fold(fold(key(args.seed), 'kills'), tally.rounds), enough, tally);
  const { workers, atWork, parents, rounds, lost, twice, unequal } = tally;
  return {
    fault: 'kill -9 at a random moment',
    tried: workers + parents,
    how: `${workers} workers, ${atWork} of them in the middle of a run, and ${parents} parents, over ${rounds} sweeps`,
    lost: lost.length,
    twice: twice.length,
    unequal: unequal.length,
    then: 'the same command goes on',
  };
};
