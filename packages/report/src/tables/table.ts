/** One entry of a table: what is printed, what it sorts by, and the bare numbers for CSV. */
export interface Entry {
  readonly text: string;
  readonly sort?: number | null;
  /** An interval that a page draws beside the text, in the unit of `sort`. */
  readonly interval?: { readonly low: number; readonly high: number };
  /**
   * By field (`mean`, `sd`, `n`, …), unscaled; a column with fields becomes several CSV columns.
   */
  readonly raw?: { readonly [field: string]: number | string | null };
}

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A finished table, before any rendering. */
export interface Table {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Entry[])[];
  /** Explanations of marks and tests, one sentence each. */
  readonly notes: readonly string[];
}

export const text = (value: string): Entry => ({ text: value });

export const column = (key: string, title: string, align: Column['align'] = 'right'): Column => ({ key, title, align });

/** Columns without a single known value say nothing; they are left out. */
export const withoutEmpty = (table: Table, keep: readonly string[] = []): Table => {
  const used = table.columns.map(
    (c, j) => keep.includes(c.key) || table.rows.length === 0 || table.rows.some((row) => row[j]?.text !== 'n/a'),
  );
  return {
    ...table,
    columns: table.columns.filter((_, j) => used[j]),
    rows: table.rows.map((row) => row.filter((_, j) => used[j])),
  };
};
