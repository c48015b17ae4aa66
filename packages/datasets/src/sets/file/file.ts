import { resolve } from 'node:path';
import { BadInput, needBytes, type Citation } from '@lab/records';
import { z } from 'zod';
import { sha256 } from '../../hub/cache.ts';
import { formatOf, formats, readTable, type Format, type DataTable } from '../../read/table.ts';
import type { Sources } from '../../types.ts';
import { define } from '../define.ts';
import { ownDataset } from '../own-dataset.ts';
import { ownOptions } from '../own-options.ts';

/** What a table of one's own is read by. */
interface TableAsked {
  readonly format?: Format | null;
  /** SHA-256 that the file must have. */
  readonly digest?: string | undefined;
}

/** A table of one's own and the SHA-256 of its file. */
export interface OwnTable extends DataTable {
  readonly sha256: string;
}

/**
 * Opens a csv, tsv, jsonl or parquet file; paths are taken from `dataDir`, else from the working
 * folder. Throws `BadInput` for what cannot be read, and for a file that is not the one asked for.
 */
export const openTable = async (
  path: string,
  { dataDir = '.' }: Pick<Sources, 'dataDir'>,
  { format, digest }: TableAsked = {},
): Promise<OwnTable> => {
  const full = resolve(dataDir, path);
  const bytes = needBytes(full, 'paths are taken from --data-dir, or from the working folder without it');
  const found = sha256(bytes);
  if (digest !== undefined && found !== digest)
    throw new BadInput(
      `${full}: SHA-256 is ${found}, the config says ${digest}; the file is not the one the config ` +
        'was made for (lab init makes a new one)',
    );
  return { ...(await readTable(full, bytes, format ?? formatOf(path))), sha256: found };
};

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

const cite: Citation = {
  title: 'A file of your own',
  year: 2024,
  url: 'packages/datasets/src/sets/file/README.md',
  where: 'your file',
};

/** See README.md in this folder. */
export const file = define({
  name: 'file',
  version: 1,
  summary: 'your own csv, tsv, jsonl or parquet files',
  cite,
  facts: {
    counts: {},
    metric: 'accuracy, pearson, f1 or rouge-l by task',
    licence: 'as you state',
    from: 'paths in the config: train, validation, test',
    missing: () => undefined,
  },
  options: z.object({
    train: z.string().describe('path of the training table'),
    validation: z.string().nullable().default(null).describe('path; null: split off train'),
    test: z.string().nullable().default(null).describe('path; null: split off train'),
    format: z.enum(formats).nullable().default(null).describe('null: by the name'),
    sha256: z
      .strictObject({ train: digest, validation: digest, test: digest })
      .partial()
      .default({})
      .describe('digests that the files must have; they tie a run to its data'),
    ...ownOptions,
  }),
  load: async (o, key, sources) => {
    const table = (split: 'validation' | 'test') =>
      o[split] === null ? undefined : openTable(o[split], sources, { format: o.format, digest: o.sha256[split] });
    const train = await openTable(o.train, sources, { format: o.format, digest: o.sha256.train });
    const [validation, test] = await Promise.all([table('validation'), table('test')]);
    return ownDataset('file', cite, o, key, { train, validation, test });
  },
});
