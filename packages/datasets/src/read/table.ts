import { BadInput } from '@lab/records';
import { splitCsv } from './csv.ts';
import { parseLine, splitJsonl } from './json.ts';
import { readParquet, type Cells } from './parquet.ts';
import type { Placed } from './rows.ts';
import { decode } from './text.ts';
import { jsonCells, wholeJsonRows } from './whole-json.ts';
import { checkWidth, splitTsv, type TextTable } from './tsv.ts';

/** The table formats a person may bring. */
export const formats = ['csv', 'tsv', 'jsonl', 'parquet'] as const;
export type Format = (typeof formats)[number];

/** A table of any format: rows are read when asked, and throw `Malformed` when they do not fit. */
export interface DataTable {
  readonly path: string;
  readonly rows: readonly Placed<() => Cells>[];
}

/** The format by the file name's ending. Throws `BadInput` when it says none. */
export const formatOf = (path: string): Format => {
  const ending = path.split('.').at(-1)?.toLowerCase();
  const format =
    formats.find((each) => each === ending) ?? (ending === 'json' || ending === 'ndjson' ? 'jsonl' : undefined);
  if (format === undefined)
    throw new BadInput(`${path}: the name does not say the format; set format to one of ${formats.join(', ')}`);
  return format;
};

const withHeader = ({ columns, lines }: TextTable): DataTable['rows'] =>
  lines.map(({ line, value: cells }) => ({
    line,
    value: () => {
      checkWidth(columns, cells);
      return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
    },
  }));

/** One object on each line, or one value: a list of objects, or SQuAD's form. */
const jsonRows = (path: string, text: string): DataTable['rows'] =>
  wholeJsonRows(path, text) ??
  splitJsonl(text).map(({ line, value }) => ({ line, value: () => jsonCells(parseLine(value)) }));

/**
 * Reads a table from bytes. csv and tsv need a header; tsv has no quoting; jsonl has one object on
 * each line, or is a list of objects, or in SQuAD's form.
 */
export const readTable = async (path: string, bytes: Uint8Array, format: Format): Promise<DataTable> => {
  if (bytes.byteLength === 0) throw new BadInput(`${path}: the file is empty`);
  if (format === 'parquet') {
    const rows = await readParquet(path, bytes);
    return { path, rows: rows.map(({ line, value }) => ({ line, value: () => value })) };
  }
  const text = decode(path, bytes);
  if (format === 'jsonl') return { path, rows: jsonRows(path, text) };
  return { path, rows: withHeader(format === 'csv' ? splitCsv(path, text) : splitTsv(text)) };
};
