import { basename, join } from 'node:path';
import { z } from 'zod';
import { BadInput } from '../refuse/bad-input.ts';
import { canonical } from '../run/canonical.ts';
import type { RunConfig } from '../run/config.ts';
import { checksumOf, listFolder, readBytes, readText, statsOf } from '../disk/read.ts';
import { isPassing, Refusal } from '../disk/refusal.ts';
import { digest, isUnfinished, setAside, writeWhole } from '../disk/write.ts';
import { present } from '../item.ts';
import { runHeadSchema, runResultSchema } from '../run/record-schema.ts';
import type { RunRecord, RunResult } from '../run/record.ts';

const sealSchema = z.strictObject({
  schema: z.literal(1),
  status: z.enum(['done', 'diverged']),
  /** Every file of the finished run, by its path in the folder. */
  files: z.record(
    z.string().regex(/^(adapter\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/),
    z.strictObject({ sha256: z.string(), bytes: z.number().int().min(0) }),
  ),
  /** Of everything above. */
  sha256: z.string(),
});

/** What DONE says: how the run ended, and the size and checksum of every file it left. */
export type Seal = z.infer<typeof sealSchema>;

const marker = (folder: string): string => join(folder, 'DONE');
const plain = ['run.json', 'metrics.jsonl', 'predictions.jsonl', 'validation.jsonl', 'result.json'];

/** Paths in the folder of the files that belong to a finished run. */
const sealed = (folder: string): readonly string[] => [
  ...plain.filter((name) => statsOf(join(folder, name)) !== null),
  ...listFolder(join(folder, 'adapter'))
    .filter((name) => !isUnfinished(name) && !name.includes('.corrupt-'))
    .map((name) => `adapter/${name}`),
];

/** Writes DONE: from here on the run is finished, and every change of its files is noticed. */
export const writeSeal = (folder: string, status: Seal['status']): void => {
  const files = Object.fromEntries(
    sealed(folder).map((name) => [name, present(checksumOf(join(folder, name)), join(folder, name))]),
  );
  const body = { schema: 1 as const, status, files };
  writeWhole(marker(folder), `${JSON.stringify({ ...body, sha256: digest(canonical(body)) }, null, 2)}\n`);
};

const repair = 'lab run sets it aside and computes the run again';

/** A file of a finished run that is not what the run wrote. */
class Damaged extends BadInput {
  readonly path: string;
  constructor(path: string, how = 'differs from what the run wrote') {
    super(`${path}: ${how}; ${repair}`);
    this.path = path;
  }
}

/** Reads a file of a finished run; one that cannot be read, now and later, counts as damaged. */
const legible = <T>(path: string, read: (path: string) => T): T => {
  try {
    return read(path);
  } catch (error) {
    if (error instanceof Refusal && !isPassing(error)) throw new Damaged(path, 'cannot be read');
    throw error;
  }
};

/**
 * What DONE says; null without one. Throws `BadInput` for a marker that is cut off, edited or
 * unreadable.
 */
export const readSeal = (folder: string): Seal | null => {
  const text = legible(marker(folder), readText);
  if (text === null) return null;
  try {
    const { sha256, ...body } = sealSchema.parse(JSON.parse(text));
    if (sha256 === digest(canonical(body))) return { ...body, sha256 };
  } catch {
    // Not JSON, or not a seal.
  }
  throw new Damaged(marker(folder));
};

/** Bytes of a sealed file, compared with their checksum. Throws `BadInput` when they differ. */
export const readSealed = (folder: string, { files }: Seal, name: string): Buffer => {
  const path = join(folder, name);
  const entry = Object.hasOwn(files, name) ? files[name] : undefined;
  const bytes = entry === undefined ? null : legible(path, () => readBytes(path, entry.bytes));
  if (bytes === null || digest(bytes) !== entry?.sha256) throw new Damaged(path);
  return bytes;
};

const parsed = <S extends z.ZodType>(path: string, bytes: Buffer, schema: S): z.infer<S> => {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new Damaged(path, 'does not hold what a run writes');
  }
};

/** A finished run that is what its folder's name says. */
export interface Finished {
  readonly folder: string;
  readonly seal: Seal;
  readonly record: RunRecord;
}

/**
 * Opens a finished run: null without a marker. The one place where a run's identity is checked: the
 * id in its result must be the folder's name, and its config the one that is expected, where one
 * is. Throws `BadInput` for a damaged file, and for the folder of another run.
 */
export const openFinished = (folder: string, expected?: RunConfig): Finished | null => {
  const seal = readSeal(folder);
  if (seal === null) return null;
  const read = (name: string) => readSealed(folder, seal, name);
  const result: RunResult = parsed(join(folder, 'result.json'), read('result.json'), runResultSchema);
  if (result.id !== basename(folder))
    throw new Damaged(join(folder, 'result.json'), `is of run ${result.id}, not of the run that its folder names`);
  const { config, surroundings } = parsed(join(folder, 'run.json'), read('run.json'), runHeadSchema);
  if (expected !== undefined && canonical(config) !== canonical(expected))
    throw new Damaged(join(folder, 'run.json'), 'holds the config of another run');
  return { folder, seal, record: { config, surroundings, result } };
};

/**
 * The first file of a finished run that is missing, unreadable, differs from its checksum or is of
 * another run; null when all is well, or when the run is not finished.
 */
export const damageOf = (folder: string, expected?: RunConfig): string | null => {
  try {
    const run = openFinished(folder, expected);
    for (const [name, { sha256, bytes }] of Object.entries(run?.seal.files ?? {})) {
      const path = join(folder, name);
      if (legible(path, statsOf)?.size !== bytes || legible(path, checksumOf)?.sha256 !== sha256) return path;
    }
    return null;
  } catch (error) {
    if (error instanceof Damaged) return error.path;
    throw error;
  }
};

/**
 * Sets every file of a finished run aside, the marker first, so that the run counts as not done.
 * The adapter's folder goes as a whole: it may be a link. Returns where they went.
 */
export const unseal = (folder: string): readonly string[] =>
  ['DONE', ...plain, 'adapter'].flatMap((name) => setAside(join(folder, name)) ?? []);
