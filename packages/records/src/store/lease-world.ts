import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder, readText, statsOf } from '../disk/read.ts';
import { createWhole } from '../disk/write.ts';
import { openLeases, type LeaseWorld } from './lease.ts';
import { lives, self } from './owner.ts';

/** A lease file says a few hundred characters. */
const longest = 65_536;

/** The result, or null where the file system refuses: what cannot be read has no owner to ask. */
const orNull = <T>(ask: () => T): T | null => {
  try {
    return ask();
  } catch {
    return null;
  }
};

/** The real disk, processes and clock. */
export const diskWorld: LeaseWorld = {
  list: (folder) => orNull(() => listFolder(folder)) ?? [],
  read: (folder, name) => orNull(() => readText(join(folder, name), longest)),
  create: (folder, name, content) => createWhole(join(folder, name), content),
  remove: (folder, name) => void orNull(() => rmSync(join(folder, name), { force: true, recursive: true })),
  changedAt: (folder, name) => orNull(() => statsOf(join(folder, name))?.mtimeMs ?? null),
  touch: (folder, name) => {
    const now = new Date();
    orNull(() => utimesSync(join(folder, name), now, now));
  },
  self,
  lives,
  now: () => performance.now(),
};

export const { takeLease, holdingOf, isOurs, heartbeat, releaseLease } = openLeases(diskWorld);
