import { fold } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../hub/cache.ts';
import { pins, single } from '../hub/pins.ts';
import { parseRow, readDataJson } from '../read/json.ts';
import { readParquet } from '../read/parquet.ts';
import { Malformed, readRows, type OnMalformed, type Read } from '../read/rows.ts';
import { questionsIn, squadForm, squadQuestion } from '../read/squad-form.ts';
import { MissingData, locate, missingMessage, type WantedFile } from '../read/text.ts';
import { holdOut, usualValidation } from '../shape/holdout.ts';
import type { Example, Sources } from '../types.ts';
import { define, type DatasetEntry } from './define.ts';
import { protocolOptions } from './protocol-options.ts';

const squadIdQuestion = squadQuestion.extend({ id: z.string() });
const file = squadForm(squadIdQuestion);

type Asked = Omit<z.infer<typeof squadIdQuestion>, 'is_impossible'> & { readonly context: string };

/** Answers must stand at their offsets: a shifted file would train spans on the wrong words. */
const example = ({ id, question, context, answers }: Asked, mayLackAnswer: boolean): Example => {
  if (answers.length === 0 && !mayLackAnswer) throw new Malformed('answers', `question ${id} has no answer`);
  const wrong = answers.find(({ text, answer_start: at }) => context.slice(at, at + text.length) !== text);
  if (wrong)
    throw new Malformed('answer_start', `question ${id}: "${wrong.text}" does not stand at ${wrong.answer_start}`);
  return {
    id,
    text: question.trim(),
    pair: context,
    label: 0,
    references: answers.map(({ text }) => text),
    spans: answers.map(({ text, answer_start: at }) => [at, at + text.length] as const),
  };
};

/**
 * Reads a file in SQuAD's JSON form. text is the question, pair the context, `references` and
 * `spans` the answers; both are empty for a question without an answer (SQuAD 2.0). A malformed
 * question is named by its number in the file, from 1.
 */
export const readSquad = async (
  path: string,
  mayLackAnswer: boolean,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const asked = questionsIn(readDataJson(path, file));
  return readRows(
    path,
    asked.map((value, i) => ({ line: i + 1, value })),
    onMalformed,
    (q) => example(q, mayLackAnswer),
  );
};

const hubRow = z.object({
  id: z.string(),
  question: z.string(),
  context: z.string(),
  answers: z.object({ text: z.array(z.string()), answer_start: z.array(z.coerce.number()) }),
});

const fromHub = async (
  set: SquadSet,
  split: string,
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const path = single(set.hubFolder, split);
  const rows = await readParquet(path, await hubBytes({ ...set.pin, path }, sources));
  return readRows(path, rows, onMalformed, (raw) => {
    const row = parseRow(raw, hubRow);
    const answers = row.answers.text.map((text, i) => ({ text, answer_start: row.answers.answer_start[i] ?? -1 }));
    return example({ ...row, answers }, set.mayLackAnswer);
  });
};

/** One of the two SQuAD data sets. */
interface SquadSet {
  readonly name: string;
  readonly summary: string;
  readonly version: 'v1.1' | 'v2.0';
  readonly mayLackAnswer: boolean;
  readonly pin: (typeof pins)['squad' | 'squad2'];
  readonly hubFolder: string;
  readonly counts: { readonly [what: string]: number };
  readonly cite: Citation;
}

const licence = 'CC BY-SA 4.0';
const options = protocolOptions({ validation: 'questions split off train', malformed: 'questions' });

/**
 * The entry of a SQuAD data set: from train-v*.json and dev-v*.json, or the hub. Contexts never
 * part between train and validation.
 */
export const squadEntry = (set: SquadSet): DatasetEntry => {
  const wanted = (part: 'train' | 'dev'): WantedFile => ({
    folders: ['squad', 'SQuAD', '.'],
    file: `${part}-${set.version}.json`,
    how: `download ${part}-${set.version}.json from the SQuAD explorer, or allow downloads from the hub`,
  });
  const read = async (part: 'train' | 'dev', sources: Sources, onMalformed: OnMalformed): Promise<Read<Example>> => {
    const path = locate(wanted(part), sources);
    if (path !== undefined) return readSquad(path, set.mayLackAnswer, onMalformed);
    if (!sources.fetchFile) throw new MissingData(missingMessage(wanted(part), sources));
    return fromHub(set, part === 'dev' ? 'validation' : 'train', sources, onMalformed);
  };
  return define({
    name: set.name,
    version: 1,
    summary: set.summary,
    cite: set.cite,
    facts: {
      counts: set.counts,
      metric: 'f1',
      licence,
      from: `<data-dir>/squad/{train,dev}-${set.version}.json, or hub ${set.pin.repo}`,
      missing: (sources) => {
        const gone = (['train', 'dev'] as const).map(wanted).find((each) => !locate(each, sources));
        return gone && !sources.fetchFile ? missingMessage(gone, sources) : undefined;
      },
    },
    options,
    load: async (o, key, sources) => {
      const train = await read('train', sources, o.malformed);
      const dev = await read('dev', sources, o.malformed);
      const size = o.validation ?? usualValidation(train.rows.length);
      if (o.protocol === 'clean' && size >= train.rows.length) {
        throw new BadInput(`dataset ${set.name}: validation must stay below ${train.rows.length}; got ${size}`);
      }
      const learned =
        o.protocol === 'clean'
          ? holdOut(fold(key, `holdout ${set.name}`), train.rows, size, ({ pair }) => pair ?? '')
          : { train: train.rows, validation: dev.rows };
      return {
        name: set.name,
        task: { kind: 'extractive-qa', ...(set.mayLackAnswer ? { unanswerable: true } : {}) },
        metric: 'f1',
        splits: { ...learned, test: dev.rows },
        licence,
        cite: set.cite,
        notes: [...train.notes, ...dev.notes],
      };
    },
  });
};
