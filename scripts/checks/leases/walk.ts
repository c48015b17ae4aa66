import type { Leases, LeaseWorld } from '@lab/records';
import { fold, uniform, type Key } from '@lab/random';
import { emptyDisk, startProcess, TICK, type SimulatedDisk, type SimulatedProcess } from './simulation.ts';
import { performWrite, workOn, type WorkerStep } from './worker.ts';

/** How one walk goes about. */
export type WalkSetup = {
  readonly openLeases: (world: LeaseWorld) => Leases;
  readonly key: Key;
  /**
   * Whether others may have their turns, and stops may fall, between the last look of a process at
   * the leases and the write that follows. No protocol without a lock on the disk's side survives
   * that; without it the two are one turn, as they are a few microseconds in life.
   */
  readonly lateWrites: boolean;
};

/** What a walk found, and the order of its turns as a number. */
export type WalkResult = { readonly violations: readonly string[]; readonly schedule: number; readonly turns: number };

type Lane = {
  readonly process: SimulatedProcess;
  readonly steps: Generator<WorkerStep, void, unknown>;
  step: WorkerStep | undefined;
};

const STEPS = 160;
const HOSTS = ['one', 'one', 'two', 'three'];

/**
 * One random history of four workers on three hosts: turns, stops, crashes, restarts, and clocks
 * that jump.
 */
export const walk = ({ openLeases, key, lateWrites }: WalkSetup): WalkResult => {
  const disk = emptyDisk();
  const lanes: Lane[] = [];
  const chances = uniform(fold(key, 'chances'), STEPS * 6);
  let drawn = 0;
  const chance = (): number => chances[drawn++ % chances.length] ?? 0;
  let schedule = 17;

  const start = (host: string): void => {
    const pid = lanes.length + 1;
    const process = startProcess({
      disk,
      host,
      pid,
      openLeases,
      onTake: (read) => noteTaking(disk, lanes, read),
      livesHere: (asked) => lanes.some(({ process: other }) => other.pid === asked && other.alive),
    });
    const steps = workOn(disk, process);
    lanes.push({ process, steps, step: steps.next().value ?? undefined });
  };
  const next = (lane: Lane, answer: unknown): void => {
    const { value, done } = lane.steps.next(answer);
    lane.step = done ? undefined : value;
  };
  const turn = (lane: Lane, goOn: () => boolean): void => {
    const { process, step } = lane;
    if (!step) return;
    if (step.kind === 'lease') {
      const ended = process.advance(step.operation, goOn);
      if (!ended) return;
      next(lane, ended.result);
      if (lateWrites) return;
      for (let after = lane.step; after?.kind === 'write'; after = lane.step) {
        performWrite(disk, process, after.seals);
        next(lane, undefined);
      }
      return;
    }
    if (step.kind === 'write') performWrite(disk, process, step.seals);
    next(lane, undefined);
  };
  const canRun = ({ process, step }: Lane): boolean => process.alive && !process.stopped && step !== undefined;

  for (const host of HOSTS) start(host);
  let turns = 0;
  for (; turns < STEPS && !(disk.done && chance() < 0.1); turns++) {
    const index = Math.floor(chance() * lanes.length);
    const lane = lanes[index];
    if (!lane) continue;
    const event = chance();
    const { process } = lane;
    schedule = (schedule * 31 + index * 7 + Math.floor(event * 64)) % 9_007_199_254_740_881;
    if (event < 0.1) passTime(disk, lanes);
    else if (event < 0.12 && process.alive) process.alive = false;
    else if (event < 0.14 && lanes.length < 7) start(process.host);
    else if (event < 0.19) {
      process.stopped = !process.stopped;
      process.wasStopped = true;
    } else if (event < 0.2) disk.wall.set(process.host, (chance() - 0.5) * 7.2e6);
    else if (canRun(lane)) turn(lane, () => chance() < 0.6);
  }
  goOnToTheEnd();
  return { violations: disk.violations, schedule, turns };

  /** Who still runs goes on; then a new worker on a new host must be able to finish the run. */
  function goOnToTheEnd(): void {
    const always = () => true;
    for (let round = 0; round < 60 && lanes.some(canRun); round++) {
      for (const lane of lanes) if (canRun(lane)) turn(lane, always);
      passTime(disk, lanes);
    }
    if (disk.done) return;
    for (const { process } of lanes) if (!process.stopped) process.alive = false;
    start('new');
    const last = lanes.at(-1);
    for (let round = 0; round < 60 && last && canRun(last); round++) {
      turn(last, always);
      passTime(disk, lanes);
    }
    if (!disk.done) disk.violations.push('nobody can go on');
  }
};

/**
 * Taking over is wrong where the owner that was looked at has run and beaten all the time. A taker
 * that looked long ago may meet another owner under a number that was given back: that one loses
 * its lease, and notices.
 */
const noteTaking = (disk: SimulatedDisk, lanes: readonly Lane[], read: string | null): void => {
  const current = [...disk.files.keys()].sort().at(-1);
  if (current === undefined || disk.files.get(current)?.content !== read) return;
  const isRobbed = ({ process: { alive, epoch, lease, wasStopped } }: Lane): boolean =>
    alive && epoch > 0 && lease === current && !wasStopped;
  if (lanes.some(isRobbed)) disk.violations.push('a living owner was taken over');
};

/** Time passes, unless a running owner has not beaten since it last did: owners beat more often. */
const passTime = (disk: SimulatedDisk, lanes: readonly Lane[]): void => {
  const owners = lanes.filter(({ process }) => process.alive && !process.stopped && process.epoch > 0);
  if (owners.some(({ process }) => process.beatDue)) return;
  disk.time += TICK;
  for (const { process } of owners) process.beatDue = true;
};
