import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BadInput } from '@lab/records';

/** Writes a file under a temporary name and renames it into place: a reader never sees half a file. Equal content is left alone. */
export const writeWhole = async (file: string, content: string | Uint8Array): Promise<void> => {
  const bytes = Buffer.from(content);
  const present = await readFile(file).catch(() => null);
  if (present?.equals(bytes)) return;
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new BadInput(`cannot write "${file}": ${(error as Error).message}; give a folder that can be written`);
  }
};
