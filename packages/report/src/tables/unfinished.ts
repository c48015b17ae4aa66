import type { Labels } from '@lab/records';
import { cellsOf, type ReportArm } from '../study/arms/arm.ts';
import { ranges } from '../study/caption.ts';
import { groupBy } from '../study/group.ts';
import type { SequenceRun } from '../study/stages.ts';
import type { TableSpec } from './index.ts';
import type { Table } from './table.ts';

/** Sequences that a note names; of more it says how many. */
const most = 8;

const armsIn = (spec: TableSpec): readonly ReportArm[] | undefined => {
  const given = 'arms' in spec ? spec.arms : undefined;
  return given && [...given, ...('baseline' in spec ? [spec.baseline] : [])];
};

/** The sequences without some of their stages that belong to the arms of a table. */
export const unfinishedIn = (spec: TableSpec, unfinished: readonly SequenceRun[]): readonly SequenceRun[] => {
  const arms = armsIn(spec);
  if (!arms) return unfinished;
  return unfinished.filter(({ labels, stages }) => {
    const some = stages.slice(0, 1).map((stage) => ({ ...stage, labels }));
    return arms.some((arm) => cellsOf(some, arm).length > 0);
  });
};

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([axis, value]) => `${axis} ${value}`)
    .join(', ');

const many = (word: string, { length }: readonly unknown[]): string => (length === 1 ? word : `${word}s`);

/** The stages that seeds of one sequence lack alike. */
const lackText = (alike: readonly SequenceRun[]): string => {
  const seeds = alike.map(({ seed }) => seed);
  const { labels = {}, missing = [] } = alike[0] ?? {};
  const stages = `${many('stage', missing)} ${missing.join(', ')}`;
  return `${labelText(labels)} (${stages}, ${many('seed', seeds)} ${ranges(seeds)})`;
};

/**
 * A table with a note that names the sequences that are left out of it, since stages that were
 * planned have no result: the score of a sequence is that of its last stage, and of no earlier one.
 */
export const withUnfinished = (table: Table, unfinished: readonly SequenceRun[]): Table => {
  if (unfinished.length === 0) return table;
  const alike = groupBy(unfinished, ({ labels, missing }) => JSON.stringify([Object.entries(labels), missing]));
  const texts = [...alike.values()].map(lackText);
  const more = texts.length > most ? `; and ${texts.length - most} more` : '';
  const note =
    'Stages without a result, whose sequences are left out (n/a where no seed is whole): ' +
    `${texts.slice(0, most).join('; ')}${more}.`;
  return { ...table, notes: [...table.notes, note] };
};
