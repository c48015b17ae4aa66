import { BadInput } from '@lab/records';

/** A row that does not fit, thrown by a row parser; `readRows` adds file and line. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly column: string;
  constructor(column: string, message: string) {
    super(message);
    this.column = column;
  }
}

/**
 * What to do with rows that do not fit: stop with the first one, or leave them out and count them.
 */
export type OnMalformed = 'error' | 'skip';

/** Rows of a file, and a sentence for each file that lost some. */
export interface Read<T> {
  readonly rows: readonly T[];
  readonly notes: readonly string[];
}

/** A raw row with its place: the line of a text file (from 1) or the row of a table (from 1). */
export interface Placed<T> {
  readonly line: number;
  readonly value: T;
}

/**
 * Parses rows in order. A `Malformed` row becomes a `BadInput` that names file, line and column;
 * with 'skip' it is left out and counted in `notes`. Throws `BadInput` when no row is left.
 */
export const readRows = <In, Out>(
  path: string,
  items: readonly Placed<In>[],
  onMalformed: OnMalformed,
  parse: (value: In, line: number) => Out,
): Read<Out> => {
  const rows: Out[] = [];
  const complaints: string[] = [];
  for (const { line, value } of items) {
    try {
      rows.push(parse(value, line));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const complaint = `${path}:${line}: column "${error.column}": ${error.message}`;
      if (onMalformed === 'error') throw new BadInput(`${complaint}; set malformed: skip to leave such rows out`);
      complaints.push(complaint);
    }
  }
  const [first] = complaints;
  if (rows.length === 0) throw new BadInput(`${path}: no usable rows${first ? `; the first: ${first}` : ''}`);
  const notes = first ? [`${path}: ${complaints.length} malformed rows skipped; the first: ${first}`] : [];
  return { rows, notes };
};

/** Joins files in order. */
export const joinReads = <T>(reads: readonly Read<T>[]): Read<T> => ({
  rows: reads.flatMap(({ rows }) => rows),
  notes: reads.flatMap(({ notes }) => notes),
});
