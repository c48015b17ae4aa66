import type { Table } from './table.ts';

/** Columns a terminal shows: wide characters are not used in tables, so code points count. */
const width = (value: string): number => [...value].length;

/** Control characters would move the cursor; they are shown as a question mark. */
const clean = (value: string): string => value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

const pad = (value: string, size: number, align: 'left' | 'right'): string =>
  align === 'right' ? ' '.repeat(size - width(value)) + value : value + ' '.repeat(size - width(value));

/**
 * Breaks a text at spaces into lines of at most `size` characters (a longer word keeps its own
 * line).
 */
export const wrap = (value: string, size = 118): string[] => {
  const lines: string[] = [];
  for (const word of clean(value).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= size) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** An aligned plain-text table with title, caption and notes. */
export const toTerminal = (table: Table): string => {
  const cells = table.rows.map((row) => row.map((e) => clean(e.text)));
  const columns = table.columns.map(({ title, align }, j) => {
    const size = Math.max(width(title), ...cells.map((row) => width(row[j] ?? '')));
    return { title, align, size };
  });
  const line = (row: readonly string[]): string =>
    columns
      .map(({ size, align }, j) => pad(row[j] ?? '', size, align))
      .join('  ')
      .trimEnd();
  return [
    clean(table.title),
    ...wrap(table.caption).map((l) => `  ${l}`),
    '',
    line(columns.map(({ title }) => title)),
    columns.map(({ size }) => '-'.repeat(size)).join('  '),
    ...cells.map(line),
    ...table.notes.flatMap((note) => wrap(note, 114).map((l, i) => (i === 0 ? `* ${l}` : `  ${l}`))),
    '',
  ].join('\n');
};
