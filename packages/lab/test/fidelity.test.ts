import { readFileSync } from 'node:fs';
import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { describe, expect, it } from 'vitest';

const sections = readFileSync(new URL('../../../docs/fidelity.md', import.meta.url), 'utf8').split(/^## /m);

const sectionOf = (title: string): string | undefined => sections.find((section) => section.startsWith(`${title}\n`));

/** The rows of a section's table that are about an entry, as cells. */
const rowsOf = (section: string): readonly (readonly string[])[] =>
  [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '));

const catalogues = [
  ['Dropout methods', methods.names],
  ['Adapters', adapters.names],
] as const;

it('has a section for the dropout methods, and none that is unknown', () => {
  const titles = sections.slice(1).map((section) => section.split('\n')[0] ?? '');
  expect(titles).toContain('Dropout methods');
  titles.forEach((title) => expect(catalogues.map(([known]) => known)).toContain(title));
});

describe.each(catalogues.filter(([title]) => sectionOf(title) !== undefined))('%s', (title, names) => {
  const rows = rowsOf(sectionOf(title) ?? '');

  it('every entry of the catalogue has one row, in the catalogue’s order', () => {
    expect(rows.map(([name]) => name)).toEqual([...names].sort().map((name) => `\`${name}\``));
  });

  it('every row has a source equation and says what is faithful, chosen and left out', () => {
    for (const row of rows) {
      expect(row, row[0]).toHaveLength(5);
      row.slice(1).forEach((cell) => expect(cell.trim(), row[0]).not.toBe(''));
      // A source and what is taken from it are never empty.
      row.slice(1, 3).forEach((cell) => expect(cell.trim(), row[0]).not.toBe('-'));
    }
  });
});
