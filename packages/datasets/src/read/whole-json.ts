import { parseDataJson } from './json.ts';
import type { Cells } from './parquet.ts';
import { Malformed, type Placed } from './rows.ts';
import { questionsIn, squadForm, squadQuestion } from './squad-form.ts';
import { z } from 'zod';

type Rows = readonly Placed<() => Cells>[];

const isRow = (value: unknown): value is Cells => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a row. Throws `Malformed` for anything but an object. */
export const jsonCells = (value: unknown): Cells => {
  if (isRow(value)) return { ...value };
  throw new Malformed('(whole line)', 'not a JSON object');
};

/** A file that is one object on one line is a table of one row, unless it has SQuAD's key. */
const isSquad = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) && Array.isArray(value['data']);
  } catch {
    // One object on each line is no JSON as a whole.
    return false;
  }
};

/** Columns of the questions of a file in SQuAD's form. */
const squadRows = (path: string, text: string): readonly Cells[] =>
  questionsIn(parseDataJson(path, text, squadForm(squadQuestion))).map(({ question, context, answers }) => ({
    question,
    context,
    answers: answers.map((answer) => answer.text),
    answer_start: answers.map((answer) => answer.answer_start),
  }));

/**
 * Rows of a JSON text that is one value: a list of objects, or questions in SQuAD's form. Undefined
 * for a text with one object on each line. Throws `BadInput` for a list that is no JSON.
 */
export const wholeJsonRows = (path: string, text: string): Rows | undefined => {
  const placed = (values: readonly unknown[]): Rows =>
    values.map((value, i) => ({ line: i + 1, value: () => jsonCells(value) }));
  if (text.trimStart().startsWith('[')) return placed(parseDataJson(path, text, z.array(z.unknown())));
  return isSquad(text) ? placed(squadRows(path, text)) : undefined;
};
