import type { Model } from '@lab/adapter';
import type { Example } from '@lab/datasets';
import { isSavable, type SavableModel, type Window } from '@lab/models';
import { BadInput, type QaConfig } from '@lab/records';
import type { Row } from './rows.ts';

/** A window of a question's context as a row: which characters its tokens are, and the answer. */
export interface WindowRow {
  readonly offsets: Window['offsets'];
  /** First and last token of the answer; both 0 where the window does not hold it. */
  readonly span: readonly [first: number, last: number];
}

/**
 * The model as one that points at spans. Throws `BadInput` for a decoder, whose tokens do not see
 * what follows, and for a model that reads questions and contexts apart.
 */
const spanModel = (model: Model): SavableModel => {
  if (isSavable(model) && !model.causal) return model;
  throw new BadInput(
    `model "${model.name}": an extractive-qa task needs an encoder that reads question and context together; ` +
      'allowed: bert, roberta, deberta-v2 and their like (lab list models)',
  );
};

/** First and last token of the answer [from, to) where the window has all of it; else token 0. */
export const answerSpan = (
  offsets: Window['offsets'],
  answer: readonly [from: number, to: number] | undefined,
): WindowRow['span'] => {
  if (!answer) return [0, 0];
  const [from, to] = answer;
  const first = offsets.findLastIndex((range) => range !== null && range[0] <= from && range[1] > from);
  const last = offsets.findIndex((range) => range !== null && range[1] >= to && range[0] < to);
  return first < 0 || last < first ? [0, 0] : [first, last];
};

/**
 * Rows of an extractive task: one for each window of a context, in order. Trained on is the first
 * answer.
 */
export const spanRows = (
  model: Model,
  examples: readonly Example[],
  { maxTokens, qa }: { readonly maxTokens: number; readonly qa: QaConfig },
): readonly Row[] => {
  const { windows } = spanModel(model);
  const how = { atMost: maxTokens, questionTokens: qa.questionTokens, stride: qa.stride };
  return examples.flatMap((example) =>
    windows(example.text, example.pair ?? '', how).map(({ encoded, offsets }): Row => ({
      example,
      encoded: [encoded],
      window: { offsets, span: answerSpan(offsets, example.spans?.[0]) },
    })),
  );
};

/** The window of a row. Throws for a row of another kind of task. */
export const windowOf = ({ window, example }: Row): WindowRow => {
  if (!window) throw new Error(`example ${example.id} is no window of a context`);
  return window;
};

/** The rows of each question, in the order of the first of them. */
export const byQuestion = <T extends Pick<Row, 'example'>>(rows: readonly T[]): readonly (readonly T[])[] => {
  const questions = new Map<string, T[]>();
  for (const row of rows) {
    const known = questions.get(row.example.id);
    if (known) known.push(row);
    else questions.set(row.example.id, [row]);
  }
  return [...questions.values()];
};
