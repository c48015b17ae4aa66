import type { Citation } from '@lab/records';
import { z } from 'zod';
import { readDataJson } from '../../read/json.ts';
import type { Read } from '../../read/rows.ts';
import { locate, missingMessage, need } from '../../read/text.ts';
import type { Example } from '../../types.ts';
import { define } from '../define.ts';
import { wantedIn } from '../text-task.ts';

const cite: Citation = {
  title: 'Creating Training Corpora for NLG Micro-Planners (WebNLG)',
  year: 2017,
  url: 'https://aclanthology.org/P17-1017/',
  where: 'section 4; the 2017 challenge',
};
const licence = 'CC BY-NC-SA 4.0';
const wanted = (split: 'train' | 'dev' | 'test') =>
  wantedIn(
    ['webnlg', 'webnlg_challenge_2017'],
    `${split}.json`,
    "take the JSON of the 2017 challenge, as in the LoRA paper's repository",
  );

const triple = z.object({ subject: z.string(), property: z.string(), object: z.string() });
const item = z.object({
  category: z.string(),
  lexicalisations: z.array(z.object({ lex: z.string() })).min(1),
  modifiedtripleset: z.array(triple).min(1),
});
const file = z.object({ entries: z.array(z.record(z.string(), item)).min(1) });

const words = (text: string): string => text.replaceAll('_', ' ').trim();

/** Triples as text: `subject : property : object`, joined by ` | `. */
const linear = (triples: readonly z.infer<typeof triple>[]): string =>
  triples.map(({ subject, property, object }) => [subject, property, object].map(words).join(' : ')).join(' | ');

/**
 * Entries of a WebNLG 2017 JSON file: one example for each set of triples, with all its texts; ids
 * carry the category.
 */
const readWebnlg = async (path: string, split: string): Promise<Read<Example>> => {
  const { entries } = readDataJson(path, file);
  const rows = entries.flatMap((entry, i) =>
    Object.values(entry).map(({ category, modifiedtripleset, lexicalisations }) => ({
      id: `${split}:${category}:${i}`,
      text: linear(modifiedtripleset),
      label: 0,
      references: lexicalisations.map(({ lex }) => lex.trim()),
    })),
  );
  return { rows, notes: [] };
};

/** Training wants one row for each text. */
const perReference = (examples: readonly Example[]): readonly Example[] =>
  examples.flatMap(({ references = [], ...e }) =>
    references.map((reference, i) => ({ ...e, id: `${e.id}:${i}`, references: [reference] })),
  );

/** See README.md in this folder. */
export const webnlg = define({
  name: 'webnlg',
  version: 1,
  summary: 'DBpedia triples to text',
  cite,
  facts: {
    counts: { train: 18025, dev: 872, test: 1862 },
    metric: 'bleu',
    licence,
    from: '<data-dir>/webnlg/{train,dev,test}.json',
    missing: (sources) => {
      const gone = (['train', 'dev', 'test'] as const).map(wanted).find((each) => !locate(each, sources));
      return gone && missingMessage(gone, sources);
    },
  },
  options: z.object({}),
  load: async (_o, _key, sources) => {
    const read = (split: 'train' | 'dev' | 'test') => readWebnlg(need(wanted(split), sources), split);
    const [train, dev, test] = await Promise.all([read('train'), read('dev'), read('test')]);
    return {
      name: 'webnlg',
      task: { kind: 'text-to-text' },
      metric: 'bleu',
      splits: { train: perReference(train.rows), validation: dev.rows, test: test.rows },
      licence,
      cite,
    };
  },
});
