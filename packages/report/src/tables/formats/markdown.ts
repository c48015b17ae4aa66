import type { Table } from '../table.ts';

const safe = (value: string): string =>
  value
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/([\\`*_[\]|])/g, '\\$1')
    .replace(/\r?\n/g, ' ');

/** A GitHub table with title, caption and notes. */
export const toMarkdown = (table: Table): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `**${safe(table.title)}**`,
    '',
    safe(table.caption),
    '',
    line(table.columns.map((c) => safe(c.title))),
    line(table.columns.map((c) => (c.align === 'right' ? '---:' : '---'))),
    ...table.rows.map((row) => line(row.map((e) => safe(e.text)))),
    ...(table.notes.length > 0 ? ['', ...table.notes.map((note) => `- ${safe(note)}`)] : []),
    '',
  ].join('\n');
};
