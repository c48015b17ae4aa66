import { unformula } from '../runs.ts';
import type { Column, TableEntry, Table } from '../table.ts';

type Field = string | number | null;

const quote = (value: Field): string => {
  if (value === null) return '';
  const word = typeof value === 'number' ? String(value) : unformula(value);
  return /[",\r\n]/.test(word) ? `"${word.replace(/"/g, '""')}"` : word;
};

const fieldsOf = (table: Table, j: number): string[] => [
  ...new Set(table.rows.flatMap((row) => Object.keys(row[j]?.raw ?? {}))),
];

const plain = (entry: TableEntry | undefined): Field =>
  entry === undefined || entry.text === 'n/a' ? null : (entry.sort ?? entry.text);

/**
 * RFC 4180 with a header; unknown is empty. Bare numbers in stored units (fractions, nats,
 * seconds), full precision; an entry with several numbers takes one column for each
 * (`accuracy.mean`, `accuracy.sd`).
 */
export const toCsv = (table: Table): string => {
  const parts = table.columns.map((c: Column, j) => ({ c, j, fields: fieldsOf(table, j) }));
  const header = parts.flatMap(({ c, fields }) => (fields.length === 0 ? [c.key] : fields.map((f) => `${c.key}.${f}`)));
  const rows = table.rows.map((row) =>
    parts.flatMap(({ j, fields }) =>
      fields.length === 0 ? [plain(row[j])] : fields.map((f) => row[j]?.raw?.[f] ?? null),
    ),
  );
  return [header, ...rows].map((cells) => `${cells.map(quote).join(',')}\n`).join('');
};
