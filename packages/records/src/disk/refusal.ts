import { sep } from 'node:path';
import { BadInput } from '../refuse/bad-input.ts';

/** What the file system's error codes mean to a person. */
const reasons: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the limit on the size of a file is reached',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
  ENOENT: 'there is nothing at this path',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'a folder is in the way',
  EEXIST: 'a file of that name is in the way',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'the path holds a character that no path may hold',
  EINVAL: 'the name or the place is not allowed',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the system has too many files open',
  EIO: 'the disk fails',
  ESTALE: 'the network file system lost the file',
  ETXTBSY: 'the file is in use',
  EBUSY: 'the file is in use',
  ENXIO: 'it is no regular file',
};

/** The code of a file system's error, or '' for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Refusals that pass by themselves: they say nothing about the file. */
const passing: readonly string[] = ['EMFILE', 'ENFILE', 'EBUSY', 'ETXTBSY', 'ESTALE', 'EIO'];

/** Refusals of the whole disk or process: no other file or folder fares better. */
const ofTheDisk: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'];

/** What the file system refused, as one sentence. */
export class Refusal extends BadInput {
  readonly path: string;
  readonly code: string;
  constructor(message: string, { path, code }: { readonly path: string; readonly code: string }) {
    super(message);
    this.path = path;
    this.code = code;
  }
}

/** Whether the same may succeed a moment later, with the same file. */
export const isPassing = ({ code }: Refusal): boolean => passing.includes(code);

/**
 * Whether an error is a refusal that concerns a folder and what is in it, and nothing beside it.
 */
export const concernsOnly = (folder: string, error: unknown): boolean =>
  error instanceof Refusal &&
  !ofTheDisk.includes(error.code) &&
  (error.path === folder || error.path.startsWith(folder + sep));

/**
 * Turns a refusal of the file system into one sentence; other errors pass through. `advice` says
 * what a person can do.
 */
export const refused = (action: string, path: string, error: unknown, advice?: string): unknown => {
  const code = codeOf(error);
  const reason = reasons[code];
  if (reason === undefined || error instanceof Refusal) return error;
  return new Refusal(`cannot ${action} ${path}: ${reason}${advice ? `; ${advice}` : ''}`, { path, code });
};
