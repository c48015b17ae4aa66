import { checkDataJson, parseDataJson } from './json.ts';
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

/** The value of a text that is JSON as a whole; undefined for one object on each line. */
const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A file that is one object on one line is a table of one row, unless it has SQuAD's key. */
const isSquad = (value: unknown): boolean => isRow(value) && Array.isArray(value['data']);

/** Columns of the questions of a file in SQuAD's form. */
const squadRows = (path: string, value: unknown): readonly Cells[] =>
  questionsIn(checkDataJson(path, value, squadForm(squadQuestion))).map(({ question, context, answers }) => ({
    question,
    context,
    answers: answers.map((answer) => answer.text),
    answer_start: answers.map((answer) => answer.answer_start),
  }));

/** Whether the first line is a value of its own, and others follow. */
const isByLines = (text: string): boolean => {
  const end = text.indexOf('\n');
  return end >= 0 && valueOf(text.slice(0, end)) !== undefined;
};

/**
 * Rows of a JSON text that is one value: a list of objects, or questions in SQuAD's form. Undefined
 * for a text with one object on each line. Throws `BadInput` for a list that is no JSON.
 */
export const wholeJsonRows = (path: string, text: string): Rows | undefined => {
  const placed = (values: readonly unknown[]): Rows =>
    values.map((value, i) => ({ line: i + 1, value: () => jsonCells(value) }));
  const whole = text.trim();
  if (whole.startsWith('[') && !isByLines(whole)) return placed(parseDataJson(path, text, z.array(z.unknown())));
  const value = valueOf(text);
  return isSquad(value) ? placed(squadRows(path, value)) : undefined;
};
