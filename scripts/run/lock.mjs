import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Milliseconds between two signs of life, and without one after which an owner counts as dead. */
const BEAT = 5_000;
const SILENCE = 60_000;

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** Whether the owner that a lock names is gone. */
const isDead = (path) => {
  let silent;
  try {
    const found = statSync(path);
    silent = Math.abs(Date.now() - found.mtimeMs) > SILENCE;
    // A lock of an earlier version is a folder without an owner.
    if (found.isDirectory()) return silent;
  } catch {
    return false;
  }
  const [host, pid] = (textOf(path) ?? '').split(' ');
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return silent;
  try {
    process.kill(Number(pid), 0);
    return silent;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};

/** Creates the lock with its owner's name in it, which only one can. */
const create = (path, owner) => {
  const own = `${path}.${process.pid}.${randomUUID()}`;
  writeFileSync(own, owner);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
};

/**
 * Puts a dead owner's lock out of the way. Of several takers one moves it; what it moved is looked
 * at again.
 */
const takeOver = (path) => {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (isDead(aside)) return rmSync(aside, { force: true, recursive: true });
  // Somebody else was faster, and this is the lock of a living owner.
  try {
    linkSync(aside, path);
  } catch {
    // There is a third one by now: it waits for its turn as we do.
  }
  rmSync(aside, { force: true });
};

/**
 * Does something while this process alone holds a lock file. A lock whose owner died is taken over.
 *
 * @param onWait Called once where somebody else holds it.
 */
export const withLock = async (path, onWait, action) => {
  const owner = `${hostname()} ${process.pid}`;
  let saidSo = false;
  while (!create(path, owner)) {
    if (isDead(path)) takeOver(path);
    else {
      if (!saidSo) onWait((textOf(path) ?? '').split(' ')[1]);
      saidSo = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const beat = setInterval(() => {
    const now = new Date();
    if (textOf(path) === owner) utimesSync(path, now, now);
  }, BEAT);
  try {
    return await action();
  } finally {
    clearInterval(beat);
    if (textOf(path) === owner) rmSync(path, { force: true });
  }
};
