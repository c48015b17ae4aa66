import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync, type Stats } from 'node:fs';
import { codeOf, Refusal, refused } from './refusal.ts';

/** Largest file that is read as one piece: the longest text that JavaScript holds. */
export const largestRead = 2 ** 29;

/** Bytes asked of the file system at once. */
const piece = 2 ** 20;

/**
 * Opens a regular file, gives it to `use`, and closes it. Null when there is nothing at the path.
 * A pipe or a device is refused without waiting for it. Throws `BadInput` for every refusal.
 */
const withFile = <T>(path: string, use: (file: number, stats: Stats) => T): T | null => {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new Refusal(`cannot read ${path}: it is a folder`, { path, code: 'EISDIR' });
    if (!stats.isFile()) throw new Refusal(`cannot read ${path}: it is no regular file`, { path, code: 'ENXIO' });
    return use(file, stats);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw refused('read', path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
};

/** Fills as much of `bytes` as the file still has. Returns how much that was. */
const fill = (file: number, bytes: Uint8Array): number => {
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(file, bytes, done, Math.min(piece, bytes.length - done), null);
    if (read === 0) break;
    done += read;
  }
  return done;
};

/**
 * A file's bytes, or null when there is none. Throws `BadInput` for what cannot be read: no
 * permission, a folder, a pipe, a circle of links, or more than `atMost` bytes.
 */
export const readBytes = (path: string, atMost = largestRead): Buffer | null =>
  withFile(path, (file, { size }) => {
    if (size > atMost)
      throw new Refusal(`cannot read ${path}: it has ${size} bytes, at most ${atMost} are read`, {
        path,
        code: 'ERR_FS_FILE_TOO_LARGE',
      });
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, fill(file, bytes));
  });

/** A file's text, or null when there is none. Throws as `readBytes`. */
export const readText = (path: string, atMost?: number): string | null =>
  readBytes(path, atMost)?.toString('utf8') ?? null;

/**
 * The bytes of a file that must be there. Throws `BadInput`, which ends with `advice`, for what
 * cannot be read and for a file that is not there.
 */
export const needBytes = (path: string, advice: string, atMost?: number): Buffer => {
  try {
    const bytes = readBytes(path, atMost);
    if (bytes !== null) return bytes;
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`${error.message}; ${advice}`, error);
    throw error;
  }
  throw new Refusal(`cannot read ${path}: there is nothing at this path; ${advice}`, { path, code: 'ENOENT' });
};

/** Whether a regular file lies at a path and can be opened. */
export const isReadable = (path: string): boolean => {
  try {
    return withFile(path, () => true) ?? false;
  } catch {
    return false;
  }
};

/** Adds a file's bytes to a hash, piece by piece. Returns its size, or null when there is none. */
export const hashFile = (path: string, hash: Hash): number | null =>
  withFile(path, (file) => {
    const bytes = new Uint8Array(piece);
    let size = 0;
    for (let read = fill(file, bytes); read > 0; read = fill(file, bytes)) {
      hash.update(bytes.subarray(0, read));
      size += read;
    }
    return size;
  });

/** SHA-256 and size of a file, read piece by piece; null when there is none. */
export const checksumOf = (path: string): { readonly sha256: string; readonly bytes: number } | null => {
  const hash = createHash('sha256');
  const bytes = hashFile(path, hash);
  return bytes === null ? null : { sha256: hash.digest('hex'), bytes };
};

/**
 * What lies at a path, links followed; null when there is nothing. Throws `BadInput` for a refusal.
 */
export const statsOf = (path: string): Stats | null => {
  try {
    return statSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw refused('read', path, error);
  }
};

/** Names in a folder, sorted; none when there is no folder. Throws `BadInput` for a refusal. */
export const listFolder = (path: string): readonly string[] => {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw refused('list the folder', path, error);
  }
};
