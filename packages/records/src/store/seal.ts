import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BadInput } from '../bad-input.ts';
import { canonical } from '../canonical.ts';
import { digest, readBytes, readText, setAside, writeWhole } from './files.ts';

const sealSchema = z.strictObject({
  schema: z.literal(1),
  status: z.enum(['done', 'diverged']),
  /** Every file of the finished run, by its path in the folder. */
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.number().int().min(0) })),
  /** Of everything above. */
  sha256: z.string(),
});

/** What DONE says: how the run ended, and the size and checksum of every file it left. */
export type Seal = z.infer<typeof sealSchema>;

const marker = (folder: string): string => join(folder, 'DONE');
const plain = ['run.json', 'metrics.jsonl', 'predictions.jsonl', 'result.json'];

const sealed = (folder: string): readonly string[] => [
  ...plain.filter((name) => existsSync(join(folder, name))),
  ...(existsSync(join(folder, 'adapter'))
    ? readdirSync(join(folder, 'adapter'))
        .filter((name) => !name.endsWith('.tmp') && !name.includes('.corrupt-'))
        .sort()
        .map((name) => `adapter/${name}`)
    : []),
];

/** Writes DONE: from here on the run is finished, and every change of its files is noticed. */
export const writeSeal = (folder: string, status: Seal['status']): void => {
  const files = Object.fromEntries(
    sealed(folder).map((name) => {
      const bytes = readBytes(join(folder, name))!;
      return [name, { sha256: digest(bytes), bytes: bytes.length }];
    }),
  );
  const body = { schema: 1 as const, status, files };
  writeWhole(marker(folder), `${JSON.stringify({ ...body, sha256: digest(canonical(body)) }, null, 2)}\n`);
};

/** What DONE says; null without one. Throws `BadInput` for a marker that is cut off or edited. */
export const readSeal = (folder: string): Seal | null => {
  const text = readText(marker(folder));
  if (text === null) return null;
  try {
    const { sha256, ...body } = sealSchema.parse(JSON.parse(text));
    if (sha256 === digest(canonical(body))) return { ...body, sha256 };
  } catch {
    // Not JSON, or not a seal.
  }
  throw damaged(marker(folder));
};

const damaged = (path: string): BadInput =>
  new BadInput(`${path}: differs from what the run wrote; lab run sets it aside and computes the run again`);

/** Bytes of a sealed file, compared with their checksum. Throws `BadInput` when they differ. */
export const readSealed = (folder: string, { files }: Seal, name: string): Buffer => {
  const bytes = readBytes(join(folder, name));
  if (bytes === null || digest(bytes) !== files[name]?.sha256) throw damaged(join(folder, name));
  return bytes;
};

/**
 * The first file of a finished run that is missing or differs from its checksum; null when all is
 * well.
 */
export const damageOf = (folder: string): string | null => {
  try {
    const seal = readSeal(folder);
    if (seal === null) return null;
    for (const [name, { bytes }] of Object.entries(seal.files)) {
      if (statSync(join(folder, name), { throwIfNoEntry: false })?.size !== bytes) return join(folder, name);
      readSealed(folder, seal, name);
    }
    return null;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return error.message.split(': ')[0]!;
  }
};

/**
 * Sets every file of a finished run aside, the marker first, so that the run counts as not done.
 * Returns where they went.
 */
export const unseal = (folder: string): readonly string[] =>
  ['DONE', ...sealed(folder)].flatMap((name) => setAside(join(folder, name)) ?? []);
