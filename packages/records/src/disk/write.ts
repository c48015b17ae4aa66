import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { needBytes } from './read.ts';
import { codeOf, refused } from './refusal.ts';

const advice = 'free it or choose another folder with --out';

/** A refusal to write as one sentence with what a person can do. */
const cannot = (action: string, path: string, error: unknown): unknown =>
  refused(action, path, error, codeOf(error) === 'EFBIG' ? 'raise it (ulimit -f) or choose another disk' : advice);

/** SHA-256 in hexadecimal digits. */
export const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Ending of files that are not yet whole. */
const unfinished = '.tmp';

/**
 * Whether a name is that of a file that was still being written: by `writeWhole`, or by a download.
 */
export const isUnfinished = (name: string): boolean => /\.(tmp|part|tmp-\d+)$/.test(name);

/**
 * A name beside a file for what is still being written. Random: two processes of equal number, in
 * two containers, never meet.
 */
export const temporaryName = (path: string): string => `${path}.${randomBytes(8).toString('hex')}${unfinished}`;

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** Node's own recursive way never ends in a place that makes no folders, such as /proc. */
const makeWithParents = (path: string): void => {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeWithParents(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been quicker.
    if (!isFolder(path)) throw error;
  }
};

/** Makes a folder and its parents. Throws `BadInput` when that is refused. */
export const makeFolder = (path: string): void => {
  try {
    makeWithParents(resolve(path));
  } catch (error) {
    throw cannot('make the folder', path, error);
  }
};

/** What a file is made of: one piece, or pieces that are made when their turn comes. */
type Content = string | Uint8Array | Iterable<Uint8Array>;

const piecesOf = (content: Content): Iterable<string | Uint8Array> =>
  typeof content === 'string' || content instanceof Uint8Array ? [content] : content;

/** Writes content to the disk itself, not only to its cache. */
const writeThrough = (path: string, content: Content): void => {
  const file = openSync(path, 'wx');
  try {
    for (const piece of piecesOf(content)) writeFileSync(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/**
 * Writes a whole file so that it appears by rename: readers see the old content or the new, never a
 * part. Throws `BadInput` when that is refused.
 */
export const writeWhole = (path: string, content: Content): void => {
  makeFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    writeThrough(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannot('write', path, error);
  }
};

/** Copies a file, as `writeWhole` writes. Throws `BadInput` when one of the two is refused. */
export const copyWhole = (from: string, to: string): void => writeWhole(to, needBytes(from, 'it is copied'));

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
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw cannot('create', path, error);
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
    throw cannot('create', path, error);
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
    throw cannot('set aside', path, error);
  }
};
