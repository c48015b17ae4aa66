import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, checksumOf, listFolder, readText, statsOf, writeWhole } from '@lab/records';
import { z } from 'zod';

/** Files beside the weights that change what a model computes. */
const COMPANIONS = ['config.json', 'tokenizer.json', 'model.json', 'vocab.json'];

const isShard = (name: string): boolean => /\.(safetensors|gguf)$/.test(name) || name.includes('-shard');

/** Checksums of files that have not changed since: by path, with what changes when a file does. */
const memorySchema = z.record(
  z.string(),
  z.object({ size: z.number(), changed: z.number(), inode: z.number(), sha256: z.string() }),
);
type Memory = z.infer<typeof memorySchema>;

/** What this process has hashed. */
const remembered: { [path: string]: Memory[string] } = Object.create(null);

/** Files below this many bytes are hashed sooner than a note about them is read. */
const worthANote = 2 ** 26;

const noteFile = (cacheDir: string): string => join(cacheDir, 'fingerprints.json');

/** What earlier processes have hashed; nothing where the note is missing or broken. */
const notes = (cacheDir: string): Memory => {
  try {
    return memorySchema.parse(JSON.parse(readText(noteFile(cacheDir)) ?? '{}'));
  } catch {
    return {};
  }
};

/** SHA-256 of a whole file, from memory where size, time and inode are those of before. */
const sha256Of = (file: string, cacheDir: string | undefined): string => {
  const path = realpathSync(file);
  const stats = statsOf(path);
  if (!stats?.isFile()) throw new BadInput(`cannot read ${file}: it is no regular file`);
  const { size, mtimeMs: changed, ino: inode } = stats;
  const same = (known: Memory[string] | undefined) =>
    known?.size === size && known.changed === changed && known.inode === inode ? known.sha256 : undefined;
  const noted = cacheDir !== undefined && size >= worthANote ? notes(cacheDir) : {};
  const known = same(remembered[path]) ?? same(Object.hasOwn(noted, path) ? noted[path] : undefined);
  const sha256 = known ?? checksumOf(path)?.sha256 ?? '';
  remembered[path] = { size, changed, inode, sha256 };
  if (known === undefined && cacheDir !== undefined && size >= worthANote)
    writeWhole(noteFile(cacheDir), `${JSON.stringify({ ...noted, [path]: remembered[path] }, null, 2)}\n`);
  return sha256;
};

/**
 * 16 hexadecimal digits that tell one folder of weights from another: a hash of the whole content
 * of every shard, of the configuration and of the tokenizer. A file is hashed once for as long as
 * its size, time and inode stay; `cacheDir` keeps that from one process to the next. Throws
 * `BadInput` for a folder that cannot be read or holds no weights.
 */
export const fingerprintOf = (folder: string, cacheDir?: string): string => {
  const names = listFolder(folder);
  const shards = names.filter(isShard);
  if (shards.length === 0)
    throw new BadInput(`cannot read the weights in ${folder}: it holds no *.safetensors, no *.gguf and no shards`);
  const hash = createHash('sha256');
  for (const name of [...COMPANIONS.filter((each) => names.includes(each)), ...shards])
    hash.update(`${name} ${sha256Of(join(folder, name), cacheDir)}\n`);
  return hash.digest('hex').slice(0, 16);
};
