import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../../hub/cache.ts';
import { pins, single } from '../../hub/pins.ts';
import { readParquet } from '../../read/parquet.ts';
import type { OnMalformed, Read } from '../../read/rows.ts';
import type { Example, Sources } from '../../types.ts';
import { define } from '../define.ts';
import { parseHub, readFolder } from './read.ts';

const cite: Citation = {
  title: 'Measuring Massive Multitask Language Understanding',
  year: 2021,
  url: 'https://arxiv.org/abs/2009.03300',
  where: 'section 3',
};
const licence = 'MIT';
const folders = ['mmlu', 'MMLU', 'mmlu/data', 'data'];

const folderOf = (split: string, { dataDir }: Sources): string | undefined =>
  dataDir === undefined
    ? undefined
    : folders.map((folder) => join(dataDir, folder, split)).find((path) => existsSync(path));

const missing = (sources: Sources): string | undefined => {
  const gone = ['dev', 'test'].find((split) => folderOf(split, sources) === undefined);
  if (gone === undefined || sources.fetchFile) return undefined;
  const path = join(sources.dataDir ?? '<data-dir>', 'mmlu', gone);
  const how = 'unpack the MMLU data archive (folders dev, val, test) there, or allow downloads from the hub';
  return `${path}: no such folder; to get it: ${how}`;
};

const read = async (
  split: 'dev' | 'val' | 'test',
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const folder = folderOf(split, sources);
  if (folder !== undefined) return readFolder(folder, split, onMalformed);
  if (!sources.fetchFile) return { rows: [], notes: [] };
  const path = single('all', split === 'val' ? 'validation' : split);
  const bytes = await hubBytes({ ...pins.mmlu, path }, sources);
  return parseHub(
    path,
    await readParquet(path, bytes, ['question', 'subject', 'choices', 'answer']),
    split,
    onMalformed,
  );
};

/** See README.md in this folder. */
export const mmlu = define({
  name: 'mmlu',
  version: 1,
  summary: 'four-way questions on 57 subjects, for evaluation',
  cite,
  facts: {
    counts: { dev: 285, val: 1531, test: 14042 },
    metric: 'accuracy',
    licence,
    from: `<data-dir>/mmlu/{dev,val,test}/<subject>_<split>.csv, or hub ${pins.mmlu.repo}`,
    missing,
  },
  options: z.object({
    malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
  }),
  load: async (o, _key, sources) => {
    const gone = missing(sources);
    if (gone !== undefined) throw new BadInput(gone);
    const [dev, val, test] = await Promise.all([
      read('dev', sources, o.malformed),
      read('val', sources, o.malformed),
      read('test', sources, o.malformed),
    ]);
    return {
      name: 'mmlu',
      task: { kind: 'classification', classes: ['A', 'B', 'C', 'D'] },
      metric: 'accuracy',
      splits: { train: dev.rows, validation: val.rows, test: test.rows },
      licence,
      cite,
      notes: [dev, val, test].flatMap((each) => each.notes),
    };
  },
});
