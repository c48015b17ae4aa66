import type { Leases, LeaseWorld, Owner } from '@lab/records';

/** Milliseconds that pass at once: less than half of what makes an owner count as dead. */
export const TICK = 50_000;

type LeaseFile = { readonly content: string; readonly changed: number };

/** What all processes share: the run folder, the time, and what has been written into the run. */
export type SimulatedDisk = {
  readonly files: Map<string, LeaseFile>;
  time: number;
  /** By how much the wall clock of each host is off. */
  readonly wall: Map<string, number>;
  done: boolean;
  /** Leases that were ever taken; the order of their creation. */
  epochs: number;
  /** The latest owner that has written. */
  latestWriter: number;
  readonly violations: string[];
};

export const emptyDisk = (): SimulatedDisk => ({
  files: new Map(),
  time: 1_000,
  wall: new Map(),
  done: false,
  epochs: 0,
  latestWriter: 0,
  violations: [],
});

/** A call of the protocol to its world: what was called, and what came back. */
type Answered = { readonly call: string; readonly answer: unknown };

/** Thrown out of the protocol where another process has its turn. */
const SUSPENDED = Symbol('suspended');

export type SimulatedProcess = {
  readonly host: string;
  readonly pid: number;
  readonly leases: Leases;
  alive: boolean;
  stopped: boolean;
  /** Order in which its lease was created; 0 while it holds none. */
  epoch: number;
  /** The name of its lease; the last one, where it holds none. */
  lease: string;
  /** It was stopped since it took its lease, for how long ever. */
  wasStopped: boolean;
  /** Time has passed since its last heartbeat. */
  beatDue: boolean;
  /**
   * Runs an operation of the protocol up to the next turn of another; undefined where it is not
   * over.
   */
  readonly advance: <T>(operation: (leases: Leases) => T, goOn: () => boolean) => { readonly result: T } | undefined;
};

/** What a process is made with. */
export type ProcessSetup = {
  readonly disk: SimulatedDisk;
  readonly host: string;
  readonly pid: number;
  readonly openLeases: (world: LeaseWorld) => Leases;
  /** Whether a process of that number lives on the host. */
  readonly livesHere: (pid: number) => boolean;
  /** Called before the process takes a lease, with what it last read of one. */
  readonly onTake: (read: string | null) => void;
};

/**
 * A process that runs the real protocol on the simulated disk. The protocol does not wait, so its
 * operations are suspended by leaving them and are resumed by running them again with the answers
 * they have already had. A protocol that asks something else the second time is refused.
 */
export const startProcess = ({ disk, host, pid, openLeases, livesHere, onTake }: ProcessSetup): SimulatedProcess => {
  let answered: Answered[] = [];
  let position = 0;
  let mayGoOn: () => boolean = () => true;
  let turn = 0;
  let lastRead: string | null = null;

  const ask = <T>(call: string, answer: () => T, isLocal = false): T => {
    const before = answered[position];
    if (before) {
      if (before.call !== call) throw new Error(`the protocol asked ${before.call} first and then ${call}`);
      position += 1;
      return before.answer as T;
    }
    if (!isLocal && position > 0 && !mayGoOn()) throw SUSPENDED;
    const given = answer();
    answered.push({ call, answer: given });
    position += 1;
    return given;
  };
  const wallTime = () => disk.time + (disk.wall.get(host) ?? 0);
  const world: LeaseWorld = {
    list: () => ask('list', () => [...disk.files.keys()]),
    read: (_folder, name) => ask(`read ${name}`, () => (lastRead = disk.files.get(name)?.content ?? null)),
    create: (_folder, name, content) =>
      ask(`create ${name}`, () => {
        if (disk.files.has(name)) return false;
        onTake(lastRead);
        disk.files.set(name, { content, changed: wallTime() });
        process.epoch = disk.epochs += 1;
        process.lease = name;
        process.wasStopped = false;
        return true;
      }),
    remove: (_folder, name) => ask(`remove ${name}`, () => void disk.files.delete(name)),
    changedAt: (_folder, name) => ask(`changedAt ${name}`, () => disk.files.get(name)?.changed ?? null),
    touch: (_folder, name) =>
      ask(`touch ${name}`, () => {
        const file = disk.files.get(name);
        if (file) disk.files.set(name, { ...file, changed: wallTime() });
      }),
    self: () => ask('self', (): Owner => ({ host, space: host, pid, started: null, turn: turn++ }), true),
    lives: (owner) => ask(`lives ${owner.pid}`, () => (owner.host === host ? livesHere(owner.pid) : null)),
    now: () => ask('now', () => disk.time),
  };
  const leases = openLeases(world);
  const process: SimulatedProcess = {
    host,
    pid,
    leases,
    alive: true,
    stopped: false,
    epoch: 0,
    lease: '',
    wasStopped: false,
    beatDue: false,
    advance: (operation, goOn) => {
      position = 0;
      // At least one question is answered in every turn.
      const before = answered.length;
      mayGoOn = () => answered.length === before || goOn();
      try {
        const result = operation(leases);
        answered = [];
        return { result };
      } catch (error) {
        if (error === SUSPENDED) return undefined;
        throw error;
      }
    },
  };
  return process;
};
