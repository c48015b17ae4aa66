import { BadInput, itemAt } from '@lab/records';
import { Malformed, type Placed } from './rows.ts';

/** A table of text: its column names and, for each line, the cells. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly lines: readonly Placed<readonly string[]>[];
}

/**
 * Splits tab-separated text without any quoting: a quotation mark is a character like others. A
 * missing newline at the end and CRLF are fine; empty lines are left out. `columns` names them when
 * the file has no header.
 */
export const splitTsv = (text: string, columns?: readonly string[]): TextTable => {
  const lines: Placed<readonly string[]>[] = [];
  text.split('\n').forEach((raw, i) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line !== '') lines.push({ line: i + 1, value: line.split('\t') });
  });
  return columns === undefined ? { columns: lines[0]?.value ?? [], lines: lines.slice(1) } : { columns, lines };
};

/** Throws `Malformed` for a row with too few or too many cells. */
export const checkWidth = (columns: readonly string[], cells: readonly string[]): void => {
  if (cells.length === columns.length) return;
  const column = columns[Math.min(cells.length, columns.length - 1)] ?? '';
  throw new Malformed(column, `expected ${columns.length} cells, got ${cells.length}`);
};

/**
 * A function that picks the wanted columns from a row, in the wanted order. Throws `BadInput` when
 * the table lacks one; the picker throws `Malformed` for a row with too few or too many cells.
 */
export const picker = <const Wanted extends readonly string[]>(
  path: string,
  columns: readonly string[],
  wanted: Wanted,
): ((cells: readonly string[]) => { readonly [column in keyof Wanted]: string }) => {
  const at = wanted.map((name) => {
    const index = columns.indexOf(name);
    if (index < 0) throw new BadInput(`${path}:1: no column "${name}"; the file has: ${columns.join(', ')}`);
    return index;
  });
  return (cells) => {
    checkWidth(columns, cells);
    return at.map((index) => itemAt(cells, index)) as { readonly [column in keyof Wanted]: string };
  };
};
