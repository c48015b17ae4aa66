import { BadInput } from '@lab/records';
import type { Cells } from '../read/parquet.ts';
import { Malformed, readRows, type Read } from '../read/rows.ts';
import type { DataTable } from '../read/table.ts';
import type { Example } from '../types.ts';
import type { TaskKind } from '@lab/metrics';
import type { OwnOptions } from './own-options.ts';

/** A cell that must be there. Throws `Malformed` when the column is absent or null. */
const cell = (row: Cells, column: string): unknown => {
  const value = Object.hasOwn(row, column) ? row[column] : undefined;
  if (value === undefined || value === null) throw new Malformed(column, 'no value');
  return value;
};

const textCell = (row: Cells, column: string): string => {
  const value = cell(row, column);
  if (typeof value !== 'string' || value.trim() === '')
    throw new Malformed(column, `expected a text; got ${JSON.stringify(value)}`);
  return value;
};

/** A label as it is written: text, number or truth value. */
const word = (row: Cells, column: string): string => {
  const value = cell(row, column);
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw new Malformed(column, `expected a label; got ${JSON.stringify(value)}`);
  return String(value).trim();
};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const texts = (row: Cells, column: string): readonly string[] =>
  list(cell(row, column)).map((value) => {
    if (typeof value !== 'string')
      throw new Malformed(column, `expected a text or a list of texts; got ${JSON.stringify(value)}`);
    return value;
  });

const number = (value: unknown, column: string): number => {
  const parsed = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(parsed)) throw new Malformed(column, `expected a number; got ${JSON.stringify(value)}`);
  return parsed;
};

type Truth = Pick<Example, 'label' | 'references' | 'spans'>;

/** Where every answer begins: as a column says, or where it first stands in the context. */
const startsOf = (row: Cells, start: string | null, context: string, references: readonly string[]) => {
  if (references.length === 0) return [];
  if (start === null) return references.map((answer) => context.indexOf(answer));
  return list(cell(row, start)).map((value) => number(value, start));
};

const answers = (row: Cells, { columns }: OwnOptions, context: string): Truth => {
  const { start, target } = columns;
  const references = texts(row, target).filter((answer) => answer !== '');
  const starts = startsOf(row, start, context, references);
  const spans = references.map((answer, i): readonly [number, number] => {
    const at = starts[i] ?? -1;
    if (context.slice(at, at + answer.length) !== answer) {
      const where = start === null ? '' : ` at ${at}`;
      throw new Malformed(start ?? target, `"${answer}" does not stand${where} in column "${columns.pair ?? ''}"`);
    }
    return [at, at + answer.length];
  });
  return { label: 0, references, spans };
};

const target = (row: Cells, o: OwnOptions, task: TaskKind): Truth => {
  const { columns } = o;
  if (task.kind === 'classification') {
    const label = task.classes.indexOf(word(row, columns.label));
    if (label < 0)
      throw new Malformed(
        columns.label,
        `expected one of ${task.classes.join(', ')}; got "${word(row, columns.label)}"`,
      );
    return { label };
  }
  if (task.kind === 'regression') {
    const value = number(cell(row, columns.label), columns.label);
    const [low, high] = task.range;
    if (value < low || value > high)
      throw new Malformed(columns.label, `expected a number from ${low} to ${high}; got ${value}`);
    return { label: value };
  }
  return { label: 0, references: texts(row, columns.target) };
};

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The cells of an object stand beside it under dotted names: `answers.text`. */
const withParts = (row: Cells): Cells => ({
  ...row,
  ...Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      isPlain(value) ? Object.entries(value).map(([part, own]) => [`${name}.${part}`, own]) : [],
    ),
  ),
});

/** The rows of a table that fit its head; the others are left out. */
export const tableCells = ({ rows }: DataTable): readonly Cells[] =>
  rows.flatMap(({ value }) => {
    try {
      return [withParts(value())];
    } catch (error) {
      if (error instanceof Malformed) return [];
      throw error;
    }
  });

/** Columns of a table: those of all its rows, since rows of jsonl may differ. */
const columnsOf = (table: DataTable): readonly string[] => [...new Set(tableCells(table).flatMap(Object.keys))];

const roles = {
  classification: ['text', 'pair', 'label'],
  regression: ['text', 'pair', 'label'],
  'text-to-text': ['text', 'pair', 'target'],
  'extractive-qa': ['text', 'pair', 'target', 'start'],
} as const satisfies { readonly [task in OwnOptions['task']]: readonly (keyof OwnOptions['columns'])[] };

/** Throws `BadInput` for a column that no row of the table has; it lists those there are. */
export const needColumns = (table: DataTable, { columns, task }: OwnOptions): void => {
  const there = columnsOf(table);
  const role = roles[task].find((each) => columns[each] !== null && !there.includes(columns[each]));
  if (role === undefined || there.length === 0) return;
  throw new BadInput(
    `${table.path}: no column "${columns[role]}"; the file has: ${there.join(', ')}; name it in columns.${role}`,
  );
};

/** Examples of a table under a task; ids are `<split>:<row>` from 0. */
export const ownExamples = (table: DataTable, split: string, o: OwnOptions, task: TaskKind): Read<Example> => {
  let at = 0;
  return readRows(table.path, table.rows, o.malformed, (read) => {
    const row = withParts(read());
    const text = textCell(row, o.columns.text).trim();
    // A context keeps its white space: answer offsets count it.
    const pair = o.columns.pair === null ? undefined : textCell(row, o.columns.pair);
    const truth = task.kind === 'extractive-qa' ? answers(row, o, pair ?? '') : target(row, o, task);
    return { id: `${split}:${at++}`, text, ...(pair === undefined ? {} : { pair }), ...truth };
  });
};

const byValue = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? (a < b ? -1 : a > b ? 1 : 0) : x - y;
};

/**
 * The task that options and training table define. Classes that are not given are the labels of
 * train, numbers by size, words by spelling.
 */
export const ownTask = (table: DataTable, o: OwnOptions): TaskKind => {
  if (o.task === 'regression') {
    return { kind: 'regression', range: o.range ?? [-Number.MAX_VALUE, Number.MAX_VALUE] };
  }
  if (o.task === 'extractive-qa' && o.columns.pair === null) {
    throw new BadInput(`${table.path}: an extractive-qa task needs columns.pair, the column of the context`);
  }
  if (o.task !== 'classification') return { kind: o.task };
  if (o.classes !== null) return { kind: 'classification', classes: o.classes };
  const { rows } = readRows(table.path, table.rows, o.malformed, (read) => word(withParts(read()), o.columns.label));
  const classes = [...new Set(rows)].sort(byValue);
  if (classes.length < 2)
    throw new BadInput(
      `${table.path}: column "${o.columns.label}" holds only "${classes.join('')}"; a classification needs two classes`,
    );
  return { kind: 'classification', classes };
};
