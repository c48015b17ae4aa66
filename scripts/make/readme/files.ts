import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

/** The repository. */
export const home = fileURLToPath(new URL('../../..', import.meta.url));

/** A row of a table of results: text by column. */
export type ResultRow = { readonly [column: string]: string };

/** The rows of a committed table, for example `sensitivity/quick` and `ranking`. */
export const resultRows = (study: string, table: string): readonly ResultRow[] =>
  parse(readFileSync(join(home, 'results', study, 'tables', `${table}.csv`)), { columns: true });

/** A number without the zero before its point, as papers print it. */
export const short = (value: number, digits: number): string => value.toFixed(digits).replace(/^(-?)0\./, '$1.');

/** A difference with its sign. */
export const signed = (value: number, digits: number): string => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;

/** A text with what stands between two marks replaced. Throws where it has no such marks. */
export const withBlock = (text: string, name: string, block: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`no ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${block}\n\n${text.slice(to)}`;
};
