import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  BadInput,
  curvePointSchema,
  largestRead,
  messageOf,
  predictionSchema,
  readBytes,
  runRecordSchema,
  sentence,
  writeWhole,
} from '@lab/records';
import { z } from 'zod';
import { force, type Study } from './study.ts';

/** The file that holds a report folder's runs. */
export const archiveFile = (folder: string): string => join(folder, 'runs.jsonl.gz');

/**
 * Writes a study's runs whole (records, predictions, curves), so that its report can be made again
 * without the runs' folders.
 */
export const writeArchive = (
  folder: string,
  { cells, name, title, question, holds, command, sequences }: Study,
): string => {
  const rows = cells.map(({ record, labels, predictions, validation, curve }) =>
    JSON.stringify({
      record,
      labels,
      predictions: force(predictions),
      ...(validation ? { validation: force(validation) } : {}),
      curve: force(curve),
    }),
  );
  const head = JSON.stringify({ name, title, question, holds, command, sequences });
  const text = [head, ...rows].map((row) => `${row}\n`).join('');
  writeWhole(archiveFile(folder), gzipSync(text, { level: 9 }));
  return archiveFile(folder);
};

const labelSchema = z.union([z.string(), z.number()]);
const labelsSchema = z.record(z.string(), labelSchema);

/** The first line of an archive. */
const archiveHead = z.object({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  holds: z.string().exactOptional(),
  command: z.string().exactOptional(),
  sequences: z.array(z.object({ labels: labelsSchema, stages: z.array(labelSchema) })).exactOptional(),
});

/** Every other line: a run as reports see it. */
const archivedRun = z.object({
  record: runRecordSchema,
  labels: labelsSchema,
  predictions: z.array(predictionSchema),
  validation: z.array(predictionSchema).exactOptional(),
  curve: z.array(curvePointSchema),
});

const repair = 'restore it or write it again with lab report';

const linesOf = (file: string): readonly string[] => {
  try {
    // Some kilobytes can unpack to more than any memory holds.
    return gunzipSync(readBytes(file) ?? '', { maxOutputLength: largestRead })
      .toString()
      .trimEnd()
      .split('\n');
  } catch (error) {
    throw new BadInput(`${file}: not an archive of runs (${messageOf(error)}); ${repair}`);
  }
};

/** A line of an archive as its schema says; the sentence names file, line and key. */
const checked = <T>(schema: z.ZodType<T>, line: string, where: string): T => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new BadInput(`${where}: not JSON (${messageOf(error)}); ${repair}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadInput(`${sentence(where, parsed.error, schema)}; ${repair}`);
  return parsed.data;
};

/**
 * The study of an archive folder, or null when there is none. Throws `BadInput` that names file,
 * line and key where it is not what `writeArchive` writes.
 */
export const readArchive = (folder: string): Study | null => {
  const file = archiveFile(folder);
  if (!existsSync(file)) return null;
  const [head = '', ...rows] = linesOf(file);
  return {
    ...checked(archiveHead, head, `${file}, line 1`),
    cells: rows.map((row, i) => checked(archivedRun, row, `${file}, line ${i + 2}`)),
  };
};
