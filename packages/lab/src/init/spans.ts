import type { Cells } from '@lab/datasets';
import type { ColumnFacts } from './columns.ts';

/** Columns of questions whose answers stand in a context. */
export interface SpanColumns {
  readonly text: string;
  readonly pair: string;
  readonly label: string;
  /** Where each answer begins; null: where it first stands in the context. */
  readonly start: string | null;
}

/** Usual names, those of SQuAD's rows first. */
const usual = {
  text: ['question', 'query'],
  pair: ['context', 'passage', 'paragraph'],
  label: ['answers.text', 'answers', 'answer', 'answer_text'],
  start: ['answers.answer_start', 'answer_start', 'start'],
} as const;

/** Share of the rows whose answers must stand in the context. */
const most = 0.9;

/** Whether the answers of a row stand in its context; a question may have none. */
const stands = (row: Cells, { pair, label }: SpanColumns): boolean => {
  const [context, answer] = [row[pair], row[label]];
  const answers: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  return typeof context === 'string' && answers.every((each) => typeof each === 'string' && context.includes(each));
};

/**
 * The columns of questions, contexts and answers, by their usual names and where nearly all answers
 * stand in their contexts; undefined where the rows are no such questions.
 */
export const guessSpans = (facts: readonly ColumnFacts[], rows: readonly Cells[]): SpanColumns | undefined => {
  const named = (names: readonly string[]) =>
    names
      .map((name) => facts.find((each) => each.name.toLowerCase() === name)?.name)
      .find((name) => name !== undefined);
  const [text, pair, label] = [named(usual.text), named(usual.pair), named(usual.label)];
  if (text === undefined || pair === undefined || label === undefined) return undefined;
  const columns = { text, pair, label, start: named(usual.start) ?? null };
  return rows.filter((row) => stands(row, columns)).length >= most * rows.length ? columns : undefined;
};
