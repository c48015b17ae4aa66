import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, type Citation } from '@lab/records';
import { MissingData } from '../../read/text.ts';
import { z } from 'zod';
import { hubBytes } from '../../hub/cache.ts';
import { pins, single } from '../../hub/pins.ts';
import { readParquet } from '../../read/parquet.ts';
import type { OnMalformed, Read } from '../../read/rows.ts';
import type { Example, Sources } from '../../types.ts';
import { define } from '../define.ts';
import { asPrompts, LETTERS } from './prompt.ts';
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
    choices: z
      .enum(['letter', 'text'])
      .optional()
      .describe('score the options as continuations of a prompt, by letter or by text; absent: a classification'),
    shots: z.number().int().min(0).max(5).optional().describe('solved dev questions before each one; absent: none'),
    malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
  }),
  load: async (o, _key, sources) => {
    const gone = missing(sources);
    if (gone !== undefined) throw new MissingData(gone);
    const [dev, val, test] = await Promise.all([
      read('dev', sources, o.malformed),
      read('val', sources, o.malformed),
      read('test', sources, o.malformed),
    ]);
    const { choices, shots = 0 } = o;
    if (choices === undefined && shots > 0)
      throw new BadInput('dataset mmlu: shots needs choices, letter or text; a classification reads no prompt');
    const prompts = (rows: readonly Example[], before: number) =>
      choices === undefined ? rows : asPrompts(rows, dev.rows, { choices, shots: before });
    const classes = [...LETTERS];
    return {
      name: 'mmlu',
      task: choices === undefined ? { kind: 'classification', classes } : { kind: 'multiple-choice', classes },
      metric: 'accuracy',
      // Training questions are the dev questions themselves, so none stands before them.
      splits: { train: prompts(dev.rows, 0), validation: prompts(val.rows, shots), test: prompts(test.rows, shots) },
      licence,
      cite,
      notes: [dev, val, test].flatMap((each) => each.notes),
    };
  },
});
