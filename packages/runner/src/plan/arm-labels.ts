import { z } from 'zod';
import { BadInput, type Labels } from '@lab/records';

/** Longest label, and longest text that a report prints as one piece. */
const mostLabel = 100;
const mostText = 1_000;

/** Characters that XML or a plot cannot hold: control characters, line separators, half a pair. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/u;

/** Why a text cannot be shown; undefined where it can. */
const problemOf = (text: string, most: number): string | undefined => {
  if (text.length > most) return `expected at most ${most} characters`;
  return unprintable.test(text) ? 'expected text without control characters and line separators' : undefined;
};

const printable = (most: number) =>
  z.string().superRefine((text, context) => {
    const message = problemOf(text, most);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** Text that tables, plots and pages can hold. */
export const printableText = printable(mostText);

/** Names that mean something else in JavaScript's own objects. */
const reserved = ['', '__proto__', 'constructor', 'prototype'];

/** Labels of an arm: what tables and plots call it, by axis. */
export const labelsSchema = z
  .record(z.string(), z.union([printable(mostLabel), z.number()]))
  .superRefine((labels, context) => {
    for (const axis of Object.keys(labels)) {
      const problem = reserved.includes(axis) ? 'expected another name' : problemOf(axis, mostLabel);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: `name of an axis: ${problem}` });
    }
  });

/** The label of a value of a grid. */
export const gridLabel = (value: string | number | boolean | null): string | number =>
  typeof value === 'number' ? value : String(value);

/** The arms of a scale as a file lists them, and the labels that each axis of its grid adds. */
export interface ArmsAndGrid {
  readonly arms: readonly Labels[];
  readonly grid: { readonly [axis: string]: readonly (string | number)[] };
}

const textOf = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([axis, value]) => `${axis}: ${value}`)
    .join(', ')}}`;

/** Equal for equal labels, whatever their order. */
const nameOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/**
 * The first item that an earlier one equals, with both places from 1; undefined where all differ.
 */
const repeated = (names: readonly string[]): readonly [first: number, again: number] | undefined => {
  const places = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const first = places.get(name);
    if (first !== undefined) return [first + 1, i + 1];
    places.set(name, i);
  }
  return undefined;
};

/**
 * Every arm has labels of its own at every point of the grid, so that a table can tell its runs
 * from all others. Throws `BadInput` that names both arms.
 */
export const checkDistinct = (where: string, { arms, grid }: ArmsAndGrid): void => {
  for (const [axis, values] of Object.entries(grid)) {
    const twice = repeated(values.map((value) => JSON.stringify(value)));
    if (twice) throw new BadInput(`${where}: key "grid": values ${twice.join(' and ')} of "${axis}" are equal`);
    const at = arms.findIndex((labels) => Object.hasOwn(labels, axis));
    if (at >= 0)
      throw new BadInput(
        `${where}: key "arms.${at}.labels": "${axis}" is an axis of the grid, which labels it; give the label another name`,
      );
  }
  const twice = repeated(arms.map(nameOf));
  if (twice)
    throw new BadInput(
      `${where}: key "arms": arms ${twice.join(' and ')} have the same labels ` +
        `${textOf(arms[twice[0] - 1] ?? {})}; every arm needs its own`,
    );
};

/**
 * A baseline selects one arm at every point of the grid: it names one of the arms, and may fix axes
 * of the grid. Returns the labels of that arm and the axes it fixes. Throws `BadInput` that says
 * which arms it selects.
 */
export const baselineOf = (where: string, baseline: Labels, { arms, grid }: ArmsAndGrid): Labels => {
  const entries = Object.entries(baseline);
  const own = entries.filter(([axis]) => !Object.hasOwn(grid, axis));
  const selected = arms.filter((labels) => own.every(([axis, value]) => labels[axis] === value));
  const off = entries.find(([axis, value]) => Object.hasOwn(grid, axis) && !grid[axis]?.includes(value));
  if (off)
    throw new BadInput(
      `${where}: key "baseline": ${off.join(' ')} is not in the grid; allowed: ${grid[off[0]]?.join(', ')}`,
    );
  const [only] = selected;
  if (only && selected.length === 1) return { ...only, ...baseline };
  const some = selected.length > 0 ? selected : arms;
  const list = `${some.slice(0, 5).map(textOf).join(', ')}${some.length > 5 ? ', …' : ''}`;
  throw new BadInput(
    `${where}: key "baseline": ${textOf(baseline)} ` +
      (selected.length > 0
        ? `selects ${selected.length} arms (${list}); it must select one at every point of the grid`
        : `selects no arm; allowed: ${list}`),
  );
};
