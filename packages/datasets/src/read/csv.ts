import { BadInput } from '@lab/records';
import { CsvError, parse } from 'csv-parse/sync';
import type { TextTable } from './tsv.ts';

interface WithPlace {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Splits comma-separated text (RFC 4180: quotes double inside quotes, newlines may stand inside).
 * Rows carry the line they end on. Throws `BadInput` naming file and line for a quote that is not
 * closed or stands in the wrong place.
 */
export const splitCsv = (path: string, text: string, columns?: readonly string[]): TextTable => {
  try {
    const rows = parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly WithPlace[];
    const lines = rows.map(({ record, info }) => ({ line: info.lines, value: record }));
    return columns === undefined ? { columns: lines[0]?.value ?? [], lines: lines.slice(1) } : { columns, lines };
  } catch (error) {
    if (error instanceof CsvError) throw new BadInput(`${path}: not valid CSV (${error.message})`);
    throw error;
  }
};
