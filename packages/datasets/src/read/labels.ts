import { Malformed } from './rows.ts';

/**
 * Reads a class label: `spellings[i]` lists how class i is written. Throws `Malformed` for anything
 * else.
 */
export const classReader = (column: string, spellings: readonly (readonly string[])[]) => {
  const index = new Map(spellings.flatMap((some, label) => some.map((spelling) => [spelling, label] as const)));
  return (cell: string): number => {
    const label = index.get(cell);
    if (label === undefined)
      throw new Malformed(column, `expected one of ${[...index.keys()].join(', ')}; got "${cell}"`);
    return label;
  };
};

/** Reads a number inside a range, ends included. Throws `Malformed` otherwise. */
export const numberReader =
  (column: string, [low, high]: readonly [number, number]) =>
  (cell: string): number => {
    const value = cell.trim() === '' ? Number.NaN : Number(cell);
    if (!(value >= low && value <= high))
      throw new Malformed(column, `expected a number from ${low} to ${high}; got "${cell}"`);
    return value;
  };
