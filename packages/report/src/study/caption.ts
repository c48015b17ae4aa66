import { axis, seedOf } from './run.ts';
import type { Cell } from './study.ts';

const list = (values: readonly (string | number)[]): string => [...new Set(values)].join(', ');

/** `0-7` for a run of whole numbers, `0, 2, 5` otherwise. */
export const ranges = (values: readonly number[]): string => {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const v of sorted) {
    const last = parts.at(-1);
    if (last?.[1] === v - 1) last[1] = v;
    else parts.push([v, v]);
  }
  return parts.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}-${b}`)).join(', ');
};

/**
 * Facts that every caption states, read from the runs: model, data, seeds, selection rule, engine,
 * runs that diverged.
 */
export const facts = (cells: readonly Cell[]): string => {
  if (cells.length === 0) return 'No finished runs.';
  const runs = new Map(cells.map((c) => [c.record.result.id, c]));
  const some = [...runs.values()];
  const diverged = some.filter((c) => c.record.result.status === 'diverged').length;
  const seeds = [...new Set(some.map(seedOf))];
  return [
    `Model: ${list(some.map((c) => String(axis(c, 'model'))))}.`,
    `Data: ${list(some.map((c) => String(axis(c, 'dataset'))))}.`,
    `${seeds.length} seed${seeds.length === 1 ? '' : 's'}: ${ranges(seeds)}.`,
    `Checkpoint: ${list(some.map((c) => c.record.config.select))}.`,
    `Engine: ${list(some.map((c) => c.record.surroundings.engine))}.`,
    `${some.length} runs${diverged > 0 ? `, ${diverged} diverged and left out` : ''}.`,
  ].join(' ');
};

/** A sentence with a capital and a full stop, however it was written. */
const sentence = (value: string): string =>
  value === '' ? '' : `${value.slice(0, 1).toUpperCase()}${value.slice(1)}${/[.!?]$/.test(value) ? '' : '.'}`;

/** The caption of a table or figure: facts, what the numbers are, what differs from the paper. */
export const caption = (cells: readonly Cell[], what: string, differs?: string): string =>
  [facts(cells), what, sentence(differs ?? '')].filter((part) => part !== '').join(' ');
