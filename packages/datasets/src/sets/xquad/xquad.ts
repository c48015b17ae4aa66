import { fold, key as root } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { need, locate, missingMessage, type WantedFile } from '../../read/text.ts';
import { holdOut } from '../../shape/holdout.ts';
import type { Example } from '../../types.ts';
import { define } from '../define.ts';
import { readSquad } from '../squad-file.ts';

const cite: Citation = {
  title: 'On the Cross-lingual Transferability of Monolingual Representations',
  year: 2019,
  url: 'https://arxiv.org/abs/1910.11856',
  where: 'section 5.1',
};
const licence = 'CC BY-SA 4.0';
const wanted: WantedFile = {
  folders: ['squad', 'xquad', '.'],
  file: 'xquad.en.json',
  how: 'download xquad.en.json from google-deepmind/xquad',
};
const context = ({ pair }: Example): string => pair ?? '';

/** See README.md in this folder. */
export const xquad = define({
  name: 'xquad',
  version: 1,
  summary: '1,190 questions of the dev set of SQuAD v1.1, split here: a small stand-in for it',
  cite,
  facts: {
    counts: { questions: 1190, paragraphs: 240 },
    metric: 'f1',
    licence,
    from: '<data-dir>/squad/xquad.en.json',
    missing: (sources) => (locate(wanted, sources) ? undefined : missingMessage(wanted, sources)),
  },
  options: z.object({
    test: z.number().int().min(1).default(400).describe('questions of the test split, the same for every seed'),
    validation: z.number().int().min(1).default(100).describe('questions split off train, by the seed'),
    malformed: z.enum(['error', 'skip']).default('error').describe('what to do with questions that do not fit'),
  }),
  load: async (o, key, sources) => {
    const { rows, notes } = await readSquad(need(wanted, sources), false, o.malformed);
    if (o.test + o.validation >= rows.length)
      throw new BadInput(
        `dataset xquad: test + validation must stay below ${rows.length}; got ${o.test + o.validation}`,
      );
    const first = holdOut(fold(root(0), 'xquad test'), rows, o.test, context);
    const second = holdOut(fold(key, 'holdout xquad'), first.train, o.validation, context);
    return {
      name: 'xquad',
      task: { kind: 'extractive-qa' },
      metric: 'f1',
      splits: { ...second, test: first.validation },
      licence,
      cite,
      notes,
    };
  },
});
