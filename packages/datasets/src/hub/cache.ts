import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, needBytes, writeWhole } from '@lab/records';
import { z } from 'zod';
import { parseDataJson } from '../read/json.ts';
import type { HubFile, Sources } from '../types.ts';

/** The part of a receipt that a reader needs. */
const receiptSchema = z.object({ sha256: z.string() });

/** What is kept beside a downloaded file. */
interface Receipt extends HubFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** SHA-256 of bytes, in hexadecimal. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where a hub file is cached. */
export const cachePath = ({ repo, revision, path }: HubFile, { cacheDir }: Sources): string =>
  join(cacheDir, 'hub', ...repo.split('/'), revision, ...path.split('/'));

const again = 'delete the file to download it again';

const recall = (path: string): Uint8Array => {
  const receipt = `${path}.receipt.json`;
  const bytes = needBytes(path, again);
  const { sha256: kept } = parseDataJson(receipt, needBytes(receipt, again).toString('utf8'), receiptSchema);
  const now = sha256(bytes);
  if (now !== kept) throw new BadInput(`${path}: SHA-256 is ${now}, its receipt says ${kept}; ${again}`);
  return bytes;
};

const checkPin = ({ repo, revision, path }: HubFile): void => {
  if (!/^[0-9a-f]{40}$/.test(revision)) {
    throw new BadInput(
      `hub data set ${repo}: revision must be a whole commit hash (40 hexadecimal digits); got "${revision}"`,
    );
  }
  // No part of dots alone: both become folders of the cache.
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(repo)) throw new BadInput(`hub data set "${repo}": expected owner/name`);
  if (path.split('/').some((part) => part === '' || part === '..'))
    throw new BadInput(`hub data set ${repo}: not a file path: "${path}"`);
};

/**
 * A hub file's bytes: from the cache when it is there and its checksum holds, else downloaded, with
 * a receipt (repository, revision, SHA-256, size) beside it. Throws `BadInput` for a revision that
 * is not a commit hash, a changed cache file, or when downloads are off.
 */
export const hubBytes = async (file: HubFile, sources: Sources): Promise<Uint8Array> => {
  checkPin(file);
  const path = cachePath(file, sources);
  if (existsSync(path) && existsSync(`${path}.receipt.json`)) return recall(path);
  if (!sources.fetchFile) throw new BadInput(`${path}: not in the cache, and downloads are off`);
  const label = `${file.repo}/${file.path}`;
  const bytes = await sources.fetchFile(file, (fraction) => sources.onProgress?.(label, fraction));
  sources.onProgress?.(label, 1);
  const receipt: Receipt = { ...file, sha256: sha256(bytes), bytes: bytes.byteLength };
  writeWhole(path, bytes);
  writeWhole(`${path}.receipt.json`, `${JSON.stringify(receipt, null, 2)}\n`);
  return bytes;
};
