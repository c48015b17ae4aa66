import { isDType } from '../engine.ts';

/** Attributes of a kernel as tfjs passes them: by name, of any type. */
export type KernelAttrs = { readonly [name: string]: unknown };

type Reader<T> = (attrs: KernelAttrs, name: string) => T;

/** Reads an attribute of one kind. Throws for one of another kind, with its name. */
const reader =
  <T>(what: string, is: (value: unknown) => value is T): Reader<T> =>
  (attrs, name) => {
    const value = attrs[name];
    if (!is(value)) throw new Error(`attribute ${name} is ${String(value)}; expected ${what}`);
    return value;
  };

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);

export const numberOf = reader('a number', isNumber);
export const numbersOf = reader('numbers', isNumbers);
/** One axis or length, or several. */
export const numberOrNumbersOf = reader(
  'a number or numbers',
  (value): value is number | number[] => isNumber(value) || isNumbers(value),
);
/** Lengths before and behind, for each axis. */
export const pairsOf = reader(
  'pairs of numbers',
  (value): value is [number, number][] => Array.isArray(value) && value.every((x) => isNumbers(x) && x.length === 2),
);
export const flagOf = reader('true or false', (value) => typeof value === 'boolean');
export const textOf = reader('a text', (value) => typeof value === 'string');
export const typeOf = reader('a type of elements', isDType);
