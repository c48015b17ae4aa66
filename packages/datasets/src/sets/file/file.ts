import { resolve } from 'node:path';
import { BadInput, needBytes, type Citation } from '@lab/records';
import { z } from 'zod';
import { sha256 } from '../../hub/cache.ts';
import { formatOf, formats, readTable, type Format, type DataTable } from '../../read/table.ts';
import type { Sources } from '../../types.ts';
import { define } from '../define.ts';
import { ownDataset } from '../own-dataset.ts';
import { ownOptions } from '../own-options.ts';

const open = async (
  path: string,
  sources: Sources,
  format: Format | null,
  digest: string | undefined,
): Promise<DataTable> => {
  const full = resolve(sources.dataDir ?? '.', path);
  const bytes = needBytes(full, 'paths are taken from --data-dir, or from the working folder without it');
  if (digest !== undefined && sha256(bytes) !== digest) {
    throw new BadInput(
      `${full}: SHA-256 is ${sha256(bytes)}, the config says ${digest}; the file is not the one the config ` +
        'was made for',
    );
  }
  return readTable(full, bytes, format ?? formatOf(path));
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
      o[split] === null ? undefined : open(o[split], sources, o.format, o.sha256[split]);
    const train = await open(o.train, sources, o.format, o.sha256.train);
    const [validation, test] = await Promise.all([table('validation'), table('test')]);
    return ownDataset('file', cite, o, key, { train, validation, test });
  },
});
