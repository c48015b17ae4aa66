import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BadInput, writeWhole } from '@lab/records';
import { force, type Cell, type Study } from './study.ts';

/** The file that holds a report folder's runs. */
export const archiveFile = (folder: string): string => join(folder, 'runs.jsonl.gz');

/**
 * Writes a study's runs whole (records, predictions, curves), so that its report can be made again
 * without the runs' folders.
 */
export const writeArchive = (folder: string, { cells, name, title, question }: Study): string => {
  const rows = cells.map(({ record, labels, predictions, validation, curve }) =>
    JSON.stringify({
      record,
      labels,
      predictions: force(predictions),
      ...(validation ? { validation: force(validation) } : {}),
      curve: force(curve),
    }),
  );
  const text = [JSON.stringify({ name, title, question }), ...rows].map((row) => `${row}\n`).join('');
  writeWhole(archiveFile(folder), gzipSync(text, { level: 9 }));
  return archiveFile(folder);
};

/**
 * The study of an archive folder, or null when there is none. Throws `BadInput` for a broken file.
 */
export const readArchive = (folder: string): Study | null => {
  const file = archiveFile(folder);
  if (!existsSync(file)) return null;
  try {
    const [head = '', ...rows] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
    const { name, title, question } = JSON.parse(head) as Omit<Study, 'cells'>;
    return { name, title, question, cells: rows.map((row) => JSON.parse(row) as Cell) };
  } catch (error) {
    throw new BadInput(
      `${file}: not an archive of runs (${(error as Error).message}); restore it or write it again with lab report`,
    );
  }
};
