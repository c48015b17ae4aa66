import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, refused } from './refusal.ts';

const advice = 'free it or choose another folder with --out';

/** SHA-256 in hexadecimal digits. */
export const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Ending of files that are not yet whole. */
const unfinished = '.tmp';

/** Whether a name is that of a file that was still being written. */
export const isUnfinished = (name: string): boolean => name.endsWith(unfinished);

/**
 * A name beside a file for what is still being written. Random: two processes of equal number, in
 * two containers, never meet.
 */
export const temporaryName = (path: string): string => `${path}.${randomBytes(8).toString('hex')}${unfinished}`;

/** Makes a folder and its parents. Throws `BadInput` when that is refused. */
export const makeFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw refused('make the folder', path, codeOf(error) === 'ENOENT' ? plainly(path, error) : error, advice);
  }
};

/**
 * On a read-only file system a recursive mkdir says that something is not there; a plain one says
 * what it is.
 */
const plainly = (path: string, otherwise: unknown): unknown => {
  try {
    mkdirSync(path);
    return otherwise;
  } catch (error) {
    return error;
  }
};

/** Writes content to the disk itself, not only to its cache. */
const writeThrough = (path: string, content: string | Uint8Array): void => {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/**
 * Writes a whole file so that it appears by rename: readers see the old content or the new, never a
 * part. Throws `BadInput` when that is refused.
 */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  makeFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    writeThrough(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw refused('write', path, error, advice);
  }
};

/**
 * Creates a file that appears whole, or returns false when there is something of that name. Of
 * several processes exactly one succeeds. Throws `BadInput` when that is refused.
 */
export const createWhole = (path: string, content: string): boolean => {
  const temporary = temporaryName(path);
  try {
    writeThrough(temporary, content);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error)))
      throw refused('create', path, error, advice);
    return createExclusive(path, content);
  } finally {
    rmSync(temporary, { force: true });
  }
};

/** For a file system without hard links: exclusive creation, after which the content follows. */
const createExclusive = (path: string, content: string): boolean => {
  let created = false;
  try {
    closeSync(openSync(path, 'wx'));
    created = true;
    writeFileSync(path, content);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (created) rmSync(path, { force: true });
    throw refused('create', path, error, advice);
  }
};

const isTaken = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Renames a file, folder or link to the first free `<path>.corrupt-<n>`, and returns that; null
 * when there is nothing at the path. Throws `BadInput` when that is refused.
 */
export const setAside = (path: string): string | null => {
  try {
    if (!isTaken(path)) return null;
    let n = 1;
    while (isTaken(`${path}.corrupt-${n}`)) n += 1;
    const aside = `${path}.corrupt-${n}`;
    renameSync(path, aside);
    return aside;
  } catch (error) {
    throw refused('set aside', path, error, advice);
  }
};
