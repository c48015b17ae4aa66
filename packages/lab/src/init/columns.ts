import type { Cells } from '@lab/datasets';
import { BadInput, nearest } from '@lab/records';
import type { InitTask } from './tasks.ts';

/** What is known of a column before anything is asked. */
export interface ColumnFacts {
  readonly name: string;
  /** Different values that occur. */
  readonly distinct: number;
  readonly isNumeric: boolean;
  readonly isWhole: boolean;
  /** Mean number of words of a cell. */
  readonly words: number;
}

/**
 * Which columns are what. `label` is the column of the text to write in text-to-text, and of the
 * answers in extractive-qa.
 */
export interface ChosenColumns {
  readonly text: string;
  readonly pair: string | null;
  readonly label: string;
  readonly task: InitTask;
  /** Of extractive-qa: where each answer begins; null: where it first stands in the context. */
  readonly start?: string | null;
}

const wordsIn = (text: string): number => text.match(/\S+/gu)?.length ?? 0;

const isFilled = (cell: unknown): boolean => cell !== undefined && cell !== null && String(cell).trim() !== '';

/** Facts of every column of some rows. */
export const columnFacts = (rows: readonly Cells[]): readonly ColumnFacts[] =>
  [...new Set(rows.flatMap(Object.keys))].map((name) => {
    const cells = rows.map((row) => row[name]).filter(isFilled);
    const texts = cells.map((cell) => (typeof cell === 'object' ? JSON.stringify(cell) : String(cell).trim()));
    const numbers = texts.map(Number);
    const words = texts.reduce((sum, text) => sum + wordsIn(text), 0);
    return {
      name,
      distinct: new Set(texts).size,
      isNumeric: numbers.every(Number.isFinite),
      isWhole: numbers.every(Number.isInteger),
      words: words / Math.max(1, texts.length),
    };
  });

/** More different numbers than this are a scale, not classes. */
const mostClasses = 20;

const usual = {
  label: ['label', 'labels', 'class', 'category', 'sentiment', 'stars', 'rating', 'score', 'target', 'gold', 'y'],
  text: ['text', 'sentence', 'sentence1', 'review', 'content', 'body', 'premise', 'question1', 'question', 'source'],
  pair: ['sentence2', 'hypothesis', 'question2', 'text2', 'text_pair', 'pair'],
} as const;

const byName = (facts: readonly ColumnFacts[], names: readonly string[]): string | undefined =>
  names.map((name) => facts.find((each) => each.name.toLowerCase() === name)?.name).find((name) => name !== undefined);

const guessLabel = (facts: readonly ColumnFacts[]): string | undefined => {
  const few = facts.filter(({ distinct, words }) => distinct >= 2 && distinct <= mostClasses && words < 4);
  return byName(facts, usual.label) ?? (few.length === 1 ? few[0]?.name : undefined);
};

const guessText = (facts: readonly ColumnFacts[], label: string | undefined): string | undefined => {
  const others = facts.filter(({ name }) => name !== label);
  const longest = others.toSorted((a, b) => b.words - a.words)[0];
  return byName(others, usual.text) ?? (longest && longest.words >= 2 ? longest.name : undefined);
};

/**
 * The task that a column of truth speaks for: numbers of many values or with fractions are a
 * regression, long texts are to be written, the rest are classes.
 */
export const guessTask = ({ distinct, isNumeric, isWhole, words }: ColumnFacts): InitTask => {
  if (isNumeric) return isWhole && distinct <= mostClasses ? 'classification' : 'regression';
  return words >= 4 && distinct > mostClasses ? 'text-to-text' : 'classification';
};

/** What the names and contents of columns suggest; undefined where they suggest nothing. */
export const guessColumns = (
  facts: readonly ColumnFacts[],
): { readonly [role in 'text' | 'pair' | 'label']: string | undefined } => {
  const label = guessLabel(facts);
  return { label, text: guessText(facts, label), pair: byName(facts, usual.pair) };
};

/** A column by the name that was given. Throws `BadInput` that lists the columns there are. */
export const columnNamed = (facts: readonly ColumnFacts[], name: string, flag: string): ColumnFacts => {
  const names = facts.map((each) => each.name);
  const found = facts.find((each) => each.name === name);
  if (found) return found;
  throw new BadInput(`${flag}: no column "${name}"${nearest(name, names)}; the file has: ${names.join(', ')}`);
};
