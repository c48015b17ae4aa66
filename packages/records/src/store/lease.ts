import { z } from 'zod';
import type { Owner } from './owner.ts';

/**
 * The right to work on one run. Its number grows with every new owner, so that a late writer can be
 * refused.
 */
export interface Lease {
  readonly folder: string;
  readonly fence: number;
  /**
   * What the lease file says of its owner: tells this lease from a later one that begins at the
   * same number in an emptied folder.
   */
  readonly owner: string;
}

/** What can be said of a lease: held by a living owner or one that may live, or free to take. */
export interface Holding {
  readonly held: boolean;
  readonly fence: number;
  readonly owner: Owner | null;
}

/**
 * All that the protocol needs of the world: a folder of small files, processes, and a steady clock.
 */
export interface LeaseWorld {
  /** Names in a run folder; none when there is no folder, or when it cannot be listed. */
  readonly list: (folder: string) => readonly string[];
  /** Content of a lease file, or null when it is gone or cannot be read. */
  readonly read: (folder: string, name: string) => string | null;
  /** Creates a file that appears whole; false when there is one of that name. */
  readonly create: (folder: string, name: string, content: string) => boolean;
  /** Removes a file; nothing happens when it is gone. */
  readonly remove: (folder: string, name: string) => void;
  /** Time of a file's last change, or null when it is gone. */
  readonly changedAt: (folder: string, name: string) => number | null;
  /** Sets a file's time to now. */
  readonly touch: (folder: string, name: string) => void;
  /** This process as an owner; no two calls give the same. */
  readonly self: () => Owner;
  /** Whether an owner's process lives; null where that cannot be asked. */
  readonly lives: (owner: Owner) => boolean | null;
  /** Milliseconds on a clock of this process that never jumps. */
  readonly now: () => number;
}

/**
 * Milliseconds of watching without a heartbeat after which an owner on another host counts as dead.
 */
export const leaseTimeout = 120_000;

const nameOf = (fence: number): string => `lease-${String(fence).padStart(6, '0')}.json`;

/** The number in a lease's file name, or null for any other file: a copy, a backup, a note. */
export const fenceOf = (name: string): number | null => {
  const fence = Number(/^lease-(\d{6,15})\.json$/.exec(name)?.[1] ?? 0);
  return fence > 0 && name === nameOf(fence) ? fence : null;
};

const ownerSchema = z.looseObject({
  host: z.string().min(1),
  space: z.string().nullable(),
  pid: z
    .number()
    .int()
    .positive()
    .max(2 ** 31),
  started: z.string().nullable(),
  turn: z.number().int().min(0),
});

/** Reads who holds a lease. Null for a file that is cut off or says something else. */
const parseOwner = (text: string | null): Owner | null => {
  if (text === null) return null;
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};

/** Taking, keeping and giving back leases. Pure but for the world that it is given. */
export interface Leases {
  /**
   * Who holds a run folder. An owner on this host is dead when its process is gone; one on another
   * host when this process has watched its heartbeat stand still for `leaseTimeout`.
   */
  readonly holdingOf: (folder: string) => Holding;
  /**
   * Takes the lease of a run folder, or returns null when somebody else may hold it. Of several
   * takers exactly one wins, because the file with the next number is created exclusively. `dead`:
   * a number that the caller's own watch has found dead.
   */
  readonly takeLease: (folder: string, dead?: number) => Lease | null;
  /** Whether nobody took the lease over since. */
  readonly isOurs: (lease: Lease) => boolean;
  /**
   * Says that the owner is alive; call it every few seconds. Does nothing once the lease was taken
   * over: the next write notices.
   */
  readonly heartbeat: (lease: Lease) => void;
  /** Gives the lease back; one that was taken over stays with its new owner. */
  readonly releaseLease: (lease: Lease) => void;
}

/** The lease protocol over a world. */
export const openLeases = (world: LeaseWorld): Leases => {
  /** Heartbeats that this process has seen, and since when. */
  const sightings = new Map<string, { readonly beat: number; readonly since: number }>();

  const fences = (folder: string): readonly number[] =>
    world
      .list(folder)
      .flatMap((name) => fenceOf(name) ?? [])
      .sort((a, b) => a - b);

  /**
   * How long this process has watched a heartbeat stand still, in milliseconds. Only changes of the
   * file's time count, measured on this process's own clock: clocks that differ between hosts, or
   * jump, neither end a lease nor keep it. Null when the lease is gone. The clock is read on both
   * sides of the look, so that a process that is stopped in between finds too short a silence and
   * never too long a one.
   */
  const silence = (folder: string, fence: number): number | null => {
    const before = world.now();
    const beat = world.changedAt(folder, nameOf(fence));
    const after = world.now();
    if (beat === null) return null;
    const place = `${folder}/${fence}`;
    const seen = sightings.get(place);
    if (seen?.beat === beat) return before - seen.since;
    sightings.set(place, { beat, since: after });
    return 0;
  };

  const holdingOf = (folder: string): Holding => {
    const fence = fences(folder).at(-1) ?? 0;
    if (fence === 0) return { held: false, fence, owner: null };
    const owner = parseOwner(world.read(folder, nameOf(fence)));
    const alive = owner ? world.lives(owner) : null;
    if (alive !== null) return { held: alive, fence, owner };
    const silent = silence(folder, fence);
    return { held: silent !== null && silent < leaseTimeout, fence, owner };
  };

  const isOurs = ({ folder, fence, owner }: Lease): boolean =>
    fences(folder).at(-1) === fence && world.read(folder, nameOf(fence)) === owner;

  return {
    holdingOf,
    isOurs,
    takeLease: (folder, dead = 0) => {
      const before = fences(folder);
      const holding = holdingOf(folder);
      if (holding.held && holding.fence !== dead) return null;
      const fence = holding.fence + 1;
      const owner = JSON.stringify(world.self());
      if (!world.create(folder, nameOf(fence), owner)) return null;
      for (const old of before) if (old < fence) world.remove(folder, nameOf(old));
      return { folder, fence, owner };
    },
    heartbeat: (lease) => {
      if (isOurs(lease)) world.touch(lease.folder, nameOf(lease.fence));
    },
    releaseLease: (lease) => {
      if (isOurs(lease)) world.remove(lease.folder, nameOf(lease.fence));
    },
  };
};
