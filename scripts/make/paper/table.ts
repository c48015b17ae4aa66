import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { BadInput } from '@lab/records';
import { parse } from 'csv-parse/sync';
import { home } from '../readme/files.ts';

/** A file of results as columns and rows of text. */
export type CommittedTable = {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** What a cell of Markdown says once it is shown. */
const shown = (cell: string): string => cell.replaceAll(/\\(.)/g, '$1').replaceAll('&lt;', '<');

const markdownRows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));

/** The object of a JSON file as a table of one row. */
const jsonRows = (text: string): readonly (readonly string[])[] => {
  const entries = Object.entries(JSON.parse(text) as object);
  return [entries.map(([name]) => name), entries.map(([, value]) => String(value))];
};

const rowsOf: { readonly [extension: string]: (text: string) => readonly (readonly string[])[] } = {
  '.csv': (text) => parse(text),
  '.md': markdownRows,
  '.json': jsonRows,
};

/**
 * A committed table: `compare/quick/methods.csv` is `results/compare/quick/tables/methods.csv`, or
 * the same without `tables`; `docs/…` is a page with one table. Throws BadInput where there is
 * none.
 */
export const committedTable = (file: string): CommittedTable => {
  const read = rowsOf[extname(file)];
  const parts = file.split('/');
  const places = [['results', ...parts.slice(0, -1), 'tables', ...parts.slice(-1)], ['results', ...parts], parts];
  const path = places.map((place) => join(home, ...place)).find((place) => existsSync(place));
  if (!read || path === undefined) throw new BadInput(`results/ has no table ${file} (.csv, .md or .json)`);
  const [columns = [], ...rows] = read(readFileSync(path, 'utf8'));
  return { file, columns, rows };
};

/** The place of a column. Throws BadInput that names those there are. */
export const columnAt = ({ file, columns }: CommittedTable, name: string): number => {
  const at = columns.findIndex((column) => shown(column) === name);
  if (at < 0) throw new BadInput(`${file} has no column "${name}"; it has: ${columns.map(shown).join(', ')}`);
  return at;
};

const wantedIn = (table: CommittedTable, conditions: string) =>
  conditions
    .split(' & ')
    .filter(Boolean)
    .map((condition) => {
      const [column = '', ...value] = condition.split('=');
      return { at: columnAt(table, column), value: value.join('=') };
    });

/** The rows in which columns have values, given as `method=none & M=8`; without a condition all. */
export const rowsWhere = (table: CommittedTable, conditions: string): readonly (readonly string[])[] => {
  const wanted = wantedIn(table, conditions);
  return table.rows.filter((row) => wanted.every(({ at, value }) => shown(row[at] ?? '') === value));
};

/** The one row that meets conditions. Throws BadInput where there is none or more than one. */
export const rowWhere = (table: CommittedTable, conditions: string): readonly string[] => {
  const rows = rowsWhere(table, conditions);
  const [row] = rows;
  if (row && rows.length === 1) return row;
  const there = wantedIn(table, conditions).map(({ at }) =>
    [...new Set(table.rows.map((each) => shown(each[at] ?? '')))].join(' | '),
  );
  throw new BadInput(
    `${table.file} has ${rows.length} rows with ${conditions || 'no condition'}; there are: ${there.join('; ')}`,
  );
};
