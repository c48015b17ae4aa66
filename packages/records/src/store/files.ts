import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { BadInput } from '../bad-input.ts';

const reasons: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file of that name is in the way',
};

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Turns a refusal of the file system into one sentence; other errors pass through. */
export const refused = (action: string, path: string, error: unknown): unknown => {
  const reason = reasons[codeOf(error)];
  return reason
    ? new BadInput(`cannot ${action} ${path}: ${reason}; free it or choose another folder with --out`)
    : error;
};

/** Makes a folder and its parents. Throws `BadInput` when that is refused. */
export const makeFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw refused('make the folder', path, codeOf(error) === 'ENOENT' ? plainly(path, error) : error);
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

/**
 * Writes a whole file so that it appears by rename: readers see the old content or the new, never a
 * part.
 */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  makeFolder(dirname(path));
  const partial = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw refused('write', path, error);
  }
};

/** A file's bytes, or null when there is none. */
export const readBytes = (path: string): Buffer | null => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

/** A file's text, or null when there is none. */
export const readText = (path: string): string | null => readBytes(path)?.toString('utf8') ?? null;

/** SHA-256 in hexadecimal digits. */
export const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Renames a file or folder to the first free `<path>.corrupt-<n>`, and returns that; null when
 * there is nothing at the path.
 */
export const setAside = (path: string): string | null => {
  if (!existsSync(path)) return null;
  let n = 1;
  while (existsSync(`${path}.corrupt-${n}`)) n += 1;
  const aside = `${path}.corrupt-${n}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    throw refused('set aside', path, error);
  }
  return aside;
};
