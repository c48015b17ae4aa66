import { fold, type Key } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { splitCsv } from '../../read/csv.ts';
import { Malformed, readRows, type OnMalformed, type Read } from '../../read/rows.ts';
import { locate, missingMessage, need, readDataText, type WantedFile } from '../../read/text.ts';
import { picker } from '../../read/tsv.ts';
import { holdOut } from '../../shape/holdout.ts';
import type { Example } from '../../types.ts';
import { define } from '../define.ts';
import { gatherReferences, wantedIn } from '../text-task.ts';

const cite: Citation = {
  title: 'The E2E Dataset: New Challenges For End-to-End Generation',
  year: 2017,
  url: 'https://arxiv.org/abs/1706.09254',
  where: 'section 3',
};
const licence = 'CC BY-SA 4.0';
const wanted = (file: string): WantedFile =>
  wantedIn(['e2e', 'e2e-dataset', '.'], file, 'download it from the repository tuetschek/e2e-dataset');
const files = {
  train: wanted('trainset.csv'),
  dev: wanted('devset.csv'),
  test: wanted('testset_w_refs.csv'),
};

/**
 * Rows of an E2E file, one for each reference: text is the meaning representation, the reference a
 * sentence for it.
 */
export const parseE2e = (path: string, text: string, split: string, onMalformed: OnMalformed): Read<Example> => {
  const { columns, lines } = splitCsv(path, text);
  const pick = picker(path, columns, ['mr', 'ref']);
  let row = 0;
  return readRows(path, lines, onMalformed, (cells) => {
    const [mr, ref] = pick(cells);
    if (mr.trim() === '') throw new Malformed('mr', 'the meaning representation is empty');
    if (ref.trim() === '') throw new Malformed('ref', 'the reference is empty');
    return { id: `${split}:${row++}`, text: mr.trim(), label: 0, references: [ref.trim()] };
  });
};

/** Inputs of devset.csv that are held out where it is the training file too. */
const heldOut = 60;

/** Rows of devset.csv as training rows, but for those of the inputs that are held out. */
const cutDev = (key: Key, rows: readonly Example[], inputs: readonly Example[]) => {
  if (inputs.length <= heldOut)
    throw new BadInput(`dataset e2e: trainFile dev needs more than ${heldOut} inputs; devset.csv has ${inputs.length}`);
  const { validation } = holdOut(fold(key, 'e2e'), inputs, heldOut);
  const out = new Set(validation.map(({ text }) => text));
  return { train: rows.filter(({ text }) => !out.has(text)), validation };
};

/** See README.md in this folder. */
export const e2e = define({
  name: 'e2e',
  version: 1,
  summary: 'restaurant facts to a sentence',
  cite,
  facts: {
    counts: { train: 42061, dev: 547, test: 630 },
    metric: 'bleu',
    licence,
    from: '<data-dir>/e2e/{trainset,devset,testset_w_refs}.csv',
    missing: (sources) => {
      const gone = Object.values(files).find((each) => !locate(each, sources));
      return gone && missingMessage(gone, sources);
    },
  },
  options: z.object({
    trainFile: z
      .literal('dev')
      .optional()
      .describe('dev: train and validation come from devset.csv alone; absent: the official splits'),
    malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
  }),
  load: async (o, key, sources) => {
    const read = async (split: keyof typeof files) => {
      const path = need(files[split], sources);
      return parseE2e(path, readDataText(path), split, o.malformed);
    };
    const [dev, test] = await Promise.all([read('dev'), read('test')]);
    const train = o.trainFile === 'dev' ? null : await read('train');
    const inputs = gatherReferences(dev).rows;
    return {
      name: 'e2e',
      task: { kind: 'text-to-text' },
      metric: 'bleu',
      splits: {
        ...(train ? { train: train.rows, validation: inputs } : cutDev(key, dev.rows, inputs)),
        test: gatherReferences(test).rows,
      },
      licence,
      cite,
      notes: [...(train ? [train] : []), dev, test].flatMap(({ notes }) => notes),
    };
  },
});
