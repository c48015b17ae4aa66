import { BadInput, itemAt, messageOf } from '@lab/records';
import type { z } from 'zod';
import { Malformed, type Placed } from './rows.ts';
import { readDataText } from './text.ts';

const parse = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${path}: not valid JSON (${messageOf(error)})`);
  }
};

/**
 * A whole JSON file checked against a schema. Throws `BadInput` naming the file and the place in
 * it.
 */
export const readDataJson = <S extends z.ZodType>(path: string, schema: S): z.infer<S> =>
  parseDataJson(path, readDataText(path), schema);

/** The same for a text that was read already. */
export const parseDataJson = <S extends z.ZodType>(path: string, text: string, schema: S): z.infer<S> =>
  checkDataJson(path, parse(path, text), schema);

/** The same for a value that was parsed already. */
export const checkDataJson = <S extends z.ZodType>(path: string, value: unknown, schema: S): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = itemAt(parsed.error.issues, 0);
  throw new BadInput(`${path}: at "${issue.path.join('.')}": ${issue.message}`);
};

/** Lines of a jsonl file as unparsed rows; empty lines are left out. */
export const splitJsonl = (text: string): readonly Placed<string>[] =>
  text.split('\n').flatMap((value, i) => (value.trim() === '' ? [] : [{ line: i + 1, value }]));

/** The value of a line. Throws `Malformed` for one that is no JSON. */
export const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw new Malformed('(whole line)', 'not valid JSON');
  }
};

/**
 * One row checked against a schema. `row` is a JSON text or an object. Throws `Malformed` naming
 * the column.
 */
export const parseRow = <S extends z.ZodType>(row: unknown, schema: S): z.infer<S> => {
  const parsed = schema.safeParse(typeof row === 'string' ? parseLine(row) : row);
  if (parsed.success) return parsed.data;
  const issue = itemAt(parsed.error.issues, 0);
  throw new Malformed(issue.path.join('.') || '(whole row)', issue.message);
};
