/** A column of a table for other programs: one kind of value, or nothing. */
export interface DataColumn {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE' | 'INT32';
  readonly meaning: string;
  readonly unit: string;
  readonly values: readonly (string | number | null)[];
}

/** What a column says of each row. */
export interface ColumnSpec<Row> {
  readonly name: string;
  readonly type: DataColumn['type'];
  readonly meaning: string;
  readonly unit?: string;
  readonly of: (row: Row) => string | number | null | undefined;
}

/** Rows as columns. A number that is not finite is nothing. */
export const columnsOf = <Row>(rows: readonly Row[], specs: readonly ColumnSpec<Row>[]): readonly DataColumn[] =>
  specs.map(({ of, unit = '', ...spec }) => ({
    ...spec,
    unit,
    values: rows.map((row) => {
      const value = of(row) ?? null;
      return typeof value === 'number' && !Number.isFinite(value) ? null : value;
    }),
  }));

const quoted = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

const csvLine = (values: readonly (string | number | null)[]): string => `${values.map(quoted).join(',')}\n`;

/**
 * RFC 4180 with a header; nothing is empty. Values as they are, for programs and not for sheets.
 */
export const csvOf = (columns: readonly DataColumn[]): string => {
  const rows = columns[0]?.values.map((_, i) => columns.map(({ values }) => values[i] ?? null)) ?? [];
  return [columns.map(({ name }) => name), ...rows].map(csvLine).join('');
};

/** What each column of some tables means, as a table. */
export const dictionaryOf = (tables: { readonly [table: string]: readonly DataColumn[] }): readonly DataColumn[] => {
  const rows = Object.entries(tables).flatMap(([table, columns]) => columns.map((column) => ({ table, ...column })));
  return columnsOf(rows, [
    { name: 'table', type: 'STRING', meaning: 'the table', of: ({ table }) => table },
    { name: 'column', type: 'STRING', meaning: 'its column', of: ({ name }) => name },
    { name: 'type', type: 'STRING', meaning: 'its type in Parquet', of: ({ type }) => type },
    { name: 'unit', type: 'STRING', meaning: 'its unit', of: ({ unit }) => unit },
    { name: 'meaning', type: 'STRING', meaning: 'what it says', of: ({ meaning }) => meaning },
  ]);
};
