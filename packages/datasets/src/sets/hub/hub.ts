import type { Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../../hub/cache.ts';
import { formatOf, readTable, type DataTable } from '../../read/table.ts';
import type { Sources } from '../../types.ts';
import { define } from '../define.ts';
import { ownDataset } from '../own-dataset.ts';
import { ownOptions } from '../own-options.ts';

const cite: Citation = {
  title: 'A data set of the Hugging Face hub',
  year: 2024,
  url: 'https://huggingface.co/datasets',
  where: 'repo and revision',
};

/** See README.md in this folder. */
export const hub = define({
  name: 'hub',
  version: 1,
  summary: 'any Hugging Face hub data set, at a pinned commit',
  cite,
  facts: {
    counts: {},
    metric: 'accuracy, pearson, f1 or rouge-l by task',
    licence: 'as you state',
    from: 'hub repository, commit and files in the config',
    missing: (sources) =>
      sources.fetchFile ? undefined : 'downloads are off; only files that are already cached can be read',
  },
  options: z.object({
    repo: z.string().describe('owner/name'),
    revision: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'expected a whole commit hash (40 hexadecimal digits)')
      .describe('commit hash'),
    train: z.string().describe('path of the training file in the repository: parquet, csv, tsv or jsonl'),
    validation: z.string().nullable().default(null).describe('path; null: split off train'),
    test: z.string().nullable().default(null).describe('path; null: split off train'),
    ...ownOptions,
  }),
  load: async (o, key, sources: Sources) => {
    const open = async (path: string): Promise<DataTable> =>
      readTable(
        `${o.repo}/${path}`,
        await hubBytes({ repo: o.repo, revision: o.revision, path }, sources),
        formatOf(path),
      );
    const train = await open(o.train);
    const validation = o.validation === null ? undefined : await open(o.validation);
    const test = o.test === null ? undefined : await open(o.test);
    return ownDataset('hub', cite, o, key, { train, validation, test });
  },
});
