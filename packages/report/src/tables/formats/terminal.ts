import type { Table } from '../table.ts';

/** Columns a terminal shows: wide characters are not used in tables, so code points count. */
const width = (value: string): number => [...value].length;

/** Characters in a line where nobody says how wide the terminal is. */
export const defaultScreen = 120;

/** Control characters would move the cursor; they are shown as a question mark. */
const clean = (value: string): string => value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

const pad = (value: string, size: number, align: 'left' | 'right'): string =>
  align === 'right' ? ' '.repeat(size - width(value)) + value : value + ' '.repeat(size - width(value));

/**
 * Breaks a text at spaces into lines of at most `size` characters (a longer word keeps its own
 * line).
 */
export const wrap = (value: string, size: number): string[] => {
  const lines: string[] = [];
  for (const word of clean(value).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= size) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** Widest column of words before it wraps: room for the row's name and a number beside it. */
const widestWords = (screen: number): number => Math.max(12, Math.min(36, Math.floor(screen / 3)));
const gap = 2;

interface Column {
  readonly size: number;
  readonly align: 'left' | 'right';
  /** Header and cells, each in lines of at most `size`. */
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

const columnsOf = (table: Table, screen: number): readonly Column[] =>
  table.columns.map(({ title, align }, j) => {
    const texts = table.rows.map((row) => clean(row[j]?.text ?? ''));
    const longest = Math.max(0, ...texts.map(width));
    const most = align === 'left' ? Math.min(longest, widestWords(screen)) : longest;
    const words = [...wrap(title, 1), ...(align === 'left' ? texts.flatMap((text) => wrap(text, most)) : [])];
    const size = Math.max(most, ...words.map(width));
    return { size, align, header: wrap(title, size), cells: texts.map((text) => wrap(text, size)) };
  });

/** Columns that fit beside each other; the first one, which names the rows, begins every block. */
const blocksOf = ([first, ...others]: readonly Column[], screen: number): readonly (readonly Column[])[] => {
  if (!first) return [];
  const blocks: Column[][] = [[first]];
  for (const column of others) {
    const block = blocks.at(-1) ?? [];
    const taken = block.reduce((sum, { size }) => sum + size + gap, 0);
    if (taken + column.size <= screen || block.length < 2) block.push(column);
    else blocks.push([first, column]);
  }
  return blocks;
};

/** One row of cells, each of which may take several lines; headers stand at the bottom. */
const rowLines = (block: readonly Column[], cells: readonly (readonly string[])[], atBottom: boolean): string[] => {
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) =>
    block
      .map(({ size, align }, j) => {
        const lines = cells[j] ?? [];
        return pad(lines[atBottom ? i - (height - lines.length) : i] ?? '', size, align);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
};

const blockLines = (block: readonly Column[], rows: number): string[] => [
  ...rowLines(
    block,
    block.map(({ header }) => header),
    true,
  ),
  block.map(({ size }) => '-'.repeat(size)).join(' '.repeat(gap)),
  ...Array.from({ length: rows }, (_, i) =>
    rowLines(
      block,
      block.map(({ cells }) => cells[i] ?? []),
      false,
    ),
  ).flat(),
];

/**
 * An aligned plain-text table with title, caption and notes, in lines of at most `screen`
 * characters: what is wider goes on in further blocks, which begin with the first column.
 */
export const toTerminal = (table: Table, screen = defaultScreen): string => {
  const blocks = blocksOf(columnsOf(table, screen), screen);
  return [
    ...wrap(table.title, screen),
    ...wrap(table.caption, screen - 2).map((l) => `  ${l}`),
    ...blocks.flatMap((block) => ['', ...blockLines(block, table.rows.length)]),
    ...table.notes.flatMap((note) => wrap(note, screen - 2).map((l, i) => (i === 0 ? `* ${l}` : `  ${l}`))),
    '',
  ].join('\n');
};
