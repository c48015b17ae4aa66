import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, itemAt, needBytes } from '@lab/records';
import type { Sources } from '../types.ts';

/** UTF-8 text without a byte-order mark. Throws `BadInput` for other bytes. */
export const decode = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadInput(`${path}: not UTF-8 text; convert it to UTF-8`);
  }
};

/**
 * A file's text without a byte-order mark. Throws `BadInput` when it cannot be read, is empty, or
 * is not UTF-8.
 */
export const readDataText = (path: string, how = 'check the path'): string => {
  const text = decode(path, needBytes(path, how));
  if (text.trim() === '') throw new BadInput(`${path}: the file is empty; ${how}`);
  return text;
};

/** Where a file may lie: the folders to try under the data folder, and how a person gets it. */
export interface WantedFile {
  /** Tried in order; the first is named when none exists. */
  readonly folders: readonly string[];
  readonly file: string;
  /** Completes "…; to get it: ". */
  readonly how: string;
}

/** The path of a wanted file, or undefined when it is not there. */
export const locate = (wanted: WantedFile, { dataDir }: Sources): string | undefined =>
  dataDir === undefined
    ? undefined
    : wanted.folders.map((folder) => join(dataDir, folder, wanted.file)).find((path) => existsSync(path));

/** The sentence for a file that is not there: its exact path, and how to get it. */
export const missingMessage = (wanted: WantedFile, { dataDir }: Sources): string => {
  const path = join(dataDir ?? '<data-dir>', itemAt(wanted.folders, 0), wanted.file);
  const first =
    dataDir === undefined
      ? `no data folder was given (--data-dir), so ${path} cannot be read`
      : `${path}: no such file`;
  return `${first}; to get it: ${wanted.how}`;
};

/** Data that are not at hand, as a person may get them: the sentence says how. */
export class MissingData extends BadInput {}

/** The path of a wanted file. Throws `MissingData` naming the exact path and how to get it. */
export const need = (wanted: WantedFile, sources: Sources): string => {
  const path = locate(wanted, sources);
  if (path === undefined) throw new MissingData(missingMessage(wanted, sources));
  return path;
};
