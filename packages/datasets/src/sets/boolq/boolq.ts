import { type Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../../hub/cache.ts';
import { pins, single } from '../../hub/pins.ts';
import { parseRow, splitJsonl } from '../../read/json.ts';
import { readParquet } from '../../read/parquet.ts';
import { readRows, type OnMalformed, type Placed, type Read } from '../../read/rows.ts';
import { MissingData, locate, missingMessage, readDataText } from '../../read/text.ts';
import type { Example, Sources } from '../../types.ts';
import { define } from '../define.ts';
import { glueOptions, glueSplits } from '../glue.ts';
import { wantedIn } from '../text-task.ts';

const cite: Citation = {
  title: 'BoolQ: Exploring the Surprising Difficulty of Natural Yes/No Questions',
  year: 2019,
  url: 'https://arxiv.org/abs/1905.10044',
  where: 'section 3',
};
const licence = 'CC BY-SA 3.0';
const wanted = (split: 'train' | 'dev') =>
  wantedIn(
    ['BoolQ', 'boolq'],
    `${split}.jsonl`,
    `download ${split}.jsonl of BoolQ (google-research-datasets/boolean-questions), or allow downloads from the hub`,
  );

const row = z.object({ question: z.string().min(1), passage: z.string().min(1), answer: z.boolean() });

/** Checks rows (JSON texts or objects); ids are `<split>:<row>` from 0. */
const parseBoolq = (
  path: string,
  rows: readonly Placed<unknown>[],
  split: string,
  onMalformed: OnMalformed,
): Read<Example> => {
  let at = 0;
  return readRows(path, rows, onMalformed, (raw) => {
    const { question, passage, answer } = parseRow(raw, row);
    return { id: `${split}:${at++}`, text: question.trim(), pair: passage.trim(), label: answer ? 1 : 0 };
  });
};

const read = async (split: 'train' | 'dev', sources: Sources, onMalformed: OnMalformed): Promise<Read<Example>> => {
  const path = locate(wanted(split), sources);
  if (path !== undefined) return parseBoolq(path, splitJsonl(readDataText(path)), split, onMalformed);
  if (!sources.fetchFile) throw new MissingData(missingMessage(wanted(split), sources));
  const remote = single('data', split === 'dev' ? 'validation' : 'train');
  const bytes = await hubBytes({ ...pins.boolq, path: remote }, sources);
  return parseBoolq(remote, await readParquet(remote, bytes, ['question', 'passage', 'answer']), split, onMalformed);
};

/** See README.md in this folder. */
export const boolq = define({
  name: 'boolq',
  version: 1,
  summary: 'yes-or-no questions on a passage',
  cite,
  facts: {
    counts: { train: 9427, dev: 3270 },
    metric: 'accuracy',
    licence,
    from: `<data-dir>/BoolQ/{train,dev}.jsonl, or hub ${pins.boolq.repo}`,
    missing: (sources) => {
      const gone = (['train', 'dev'] as const).map(wanted).find((each) => !locate(each, sources));
      return gone && !sources.fetchFile ? missingMessage(gone, sources) : undefined;
    },
  },
  options: glueOptions,
  load: async (o, key, sources) => {
    const train = await read('train', sources, o.malformed);
    const dev = await read('dev', sources, o.malformed);
    return {
      name: 'boolq',
      task: { kind: 'classification', classes: ['no', 'yes'] },
      metric: 'accuracy',
      splits: glueSplits(key, 'boolq', train.rows, dev.rows, o),
      licence,
      cite,
      notes: [...train.notes, ...dev.notes],
    };
  },
});
