import { itemAt } from '@lab/records';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { splitCsv } from '../../read/csv.ts';
import { parseRow } from '../../read/json.ts';
import type { Cells } from '../../read/parquet.ts';
import { joinReads, Malformed, readRows, type OnMalformed, type Placed, type Read } from '../../read/rows.ts';
import { readDataText } from '../../read/text.ts';
import type { Example } from '../../types.ts';

const letters = ['A', 'B', 'C', 'D'];

const example = (id: string, question: string, choices: readonly string[], label: number): Example => ({
  id,
  text: question.trim(),
  label,
  references: choices.map((choice) => choice.trim()),
});

/**
 * Rows of one subject: question, four choices, answer. The answer is a letter A to D or a number 0
 * to 3; a header row is recognised by its first cell `question` with an answer cell that is
 * neither. Ids are `<split>:<subject>:<row>`.
 */
const parseSubject = (
  path: string,
  text: string,
  split: string,
  subject: string,
  onMalformed: OnMalformed,
): Read<Example> => {
  const { lines } = splitCsv(path, text, ['question', 'choice0', 'choice1', 'choice2', 'choice3', 'answer']);
  const header = lines[0]?.value[0] === 'question' && lines[0].value[5] === 'answer';
  let row = 0;
  return readRows(path, header ? lines.slice(1) : lines, onMalformed, (cells) => {
    if (cells.length !== 6) throw new Malformed('answer', `expected 6 cells, got ${cells.length}`);
    const [question, ...choices] = cells.slice(0, 5);
    const mark = itemAt(cells, 5).trim();
    const label = letters.includes(mark) ? letters.indexOf(mark) : /^[0-3]$/.test(mark) ? Number(mark) : -1;
    if (label < 0) throw new Malformed('answer', `expected A to D or 0 to 3; got "${mark}"`);
    return example(`${split}:${subject}:${row++}`, question ?? '', choices, label);
  });
};

/** All subjects of a split's folder, by name: files `<subject>_<split>.csv`. */
export const readFolder = async (folder: string, split: string, onMalformed: OnMalformed): Promise<Read<Example>> => {
  const suffix = `_${split}.csv`;
  const files = (await readdir(folder)).filter((file) => file.endsWith(suffix)).sort();
  return joinReads(
    await Promise.all(
      files.map(async (file) => {
        const path = join(folder, file);
        return parseSubject(path, readDataText(path), split, file.slice(0, -suffix.length), onMalformed);
      }),
    ),
  );
};

const hubRow = z.object({
  question: z.string(),
  subject: z.string(),
  choices: z.array(z.string()).length(4),
  answer: z.number().int().min(0).max(3),
});

/** Rows of the hub's parquet file of a split. */
export const parseHub = (
  path: string,
  rows: readonly Placed<Cells>[],
  split: string,
  onMalformed: OnMalformed,
): Read<Example> =>
  readRows(path, rows, onMalformed, (raw, line) => {
    const { question, subject, choices, answer } = parseRow(raw, hubRow);
    return example(`${split}:${subject}:${line - 1}`, question, choices, answer);
  });
