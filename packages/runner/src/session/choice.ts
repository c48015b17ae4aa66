import type { Model } from '@lab/adapter';
import type { Dataset, Example } from '@lab/datasets';
import { lastOfTexts, type LanguageModel } from '@lab/models';
import { BadInput, itemAt, type RunConfig } from '@lab/records';
import { as2d, tf } from '@lab/engine';
import { rowCounts, rowLosses, tokenLogits } from '../step/token-loss.ts';
import type { Blueprint } from './blueprint.ts';
import type { Head, HeadInputs } from './heads/head.ts';
import type { Row } from './rows/rows.ts';
import { languageModel } from './rows/text-rows.ts';

/** How a multiple-choice split is read with trained weights. */
export interface ChoiceTest {
  /** The trained model with scores of options as its outputs. */
  readonly blueprint: Blueprint;
  readonly classes: readonly string[];
  /** Rows of an example: one where every option is a single token, else one for each option. */
  readonly perExample: number;
  readonly rows: (examples: readonly Example[]) => readonly Row[];
}

/**
 * A prompt and what follows it as one sequence, cut from the left so that the end stays; tokens
 * that the model puts before every text are kept. `from`: the first token of what follows.
 */
const continued = (model: LanguageModel, prompt: string, option: string, maxTokens: number) => {
  const opening = model.tokenize('').ids;
  const whole = model.encodeBare(`${prompt}${option}`);
  const after = whole.length - model.encodeBare(prompt).length;
  const room = Math.min(maxTokens, model.maxTokens) - opening.length;
  if (after < 1 || after >= room)
    throw new BadInput(
      `train.maxTokens is ${maxTokens}: the option "${option.trim()}" has ${after} tokens, ` +
        'and a prompt must fit before it',
    );
  const kept = whole.subarray(Math.max(0, whole.length - room));
  const ids = Int32Array.from([...opening, ...kept]);
  return { ids, from: ids.length - after };
};

const optionsOf = ({ id, references }: Example, classes: readonly string[]): readonly string[] => {
  if (references?.length === classes.length) return references;
  throw new Error(`example ${id} has ${references?.length ?? 0} options; expected ${classes.length}`);
};

/** Rows that are trained on: the prompt, and the right option as its reference. */
export const rightOptionRows = (model: Model, examples: readonly Example[], maxTokens: number): readonly Row[] => {
  const decoder = languageModel(model);
  return examples.map((example) => {
    const right = itemAt(example.references ?? [], example.label);
    const { ids, from } = continued(decoder, example.text, right, maxTokens);
    return { example, encoded: [{ ids }], targetFrom: from };
  });
};

/**
 * The tokens of the options where all examples have the same ones, each a single token; undefined
 * elsewhere.
 */
const singleTokens = (model: LanguageModel, examples: readonly Example[]): readonly number[] | undefined => {
  const [first] = examples;
  const options = first?.references ?? [];
  if (!first || examples.some(({ references }) => references?.join('\n') !== options.join('\n'))) return undefined;
  const tokens = options.map((option) => continued(model, first.text, option, model.maxTokens));
  if (tokens.some(({ ids, from }) => ids.length - from !== 1)) return undefined;
  return tokens.map(({ ids, from }) => itemAt(ids, from));
};

/** Scores of options that are single tokens: next-token logits after the prompt, [B, options]. */
const tokenHead = (tokens: readonly number[]): Head => ({
  params: [],
  read: ({ model, forward, hidden, batch }) => {
    const last = lastOfTexts(hidden, batch);
    const [rows, width] = last.shape;
    const logits = languageModel(model).logits(forward, tf.reshape(last, [rows, 1, width]));
    const byToken = tf.transpose(tf.reshape(logits, [rows, -1]));
    const chosen = tf.gather(byToken, tf.tensor1d([...tokens], 'int32'));
    return { pooled: last, outputs: as2d(tf.transpose(chosen)) };
  },
});

/** The score of a row's option: the sum of its tokens' log-probabilities, or their mean, [B, 1]. */
const optionHead = (normalise: 'none' | 'tokens'): Head => ({
  params: [],
  read: ({ model, forward, hidden, batch }: HeadInputs) => {
    const { labels, weights } = batch;
    if (!labels || !weights) throw new Error('the tokens of options are missing');
    const texts = { ...batch, labels, weights };
    const scores = tf.neg(rowLosses(tokenLogits(model, forward, hidden), texts));
    const outputs = normalise === 'tokens' ? tf.div(scores, rowCounts(texts)) : scores;
    const column = tf.reshape<tf.Rank.R2>(outputs, [-1, 1]);
    return { pooled: column, outputs: column };
  },
});

/**
 * How the test split of a multiple-choice task is read. Options that are one token everywhere are
 * read off one pass of the prompt; others take a row each.
 */
export const choiceOf = (trained: Blueprint, { task, splits }: Dataset, config: RunConfig): ChoiceTest => {
  if (task.kind !== 'multiple-choice') throw new Error(`expected options, got a ${task.kind} task`);
  const { classes } = task;
  const { texts: _texts, ...rest } = trained;
  const model = languageModel(trained.model);
  const { maxTokens } = config.train;
  const normalise = config.choice?.normalise ?? 'none';
  const tokens = singleTokens(model, splits.test);
  if (tokens)
    return {
      blueprint: { ...rest, task: { kind: 'classification', classes }, head: tokenHead(tokens) },
      classes,
      perExample: 1,
      rows: (examples) =>
        examples.map((example) => {
          const { ids, from } = continued(model, example.text, itemAt(optionsOf(example, classes), 0), maxTokens);
          return { example, encoded: [{ ids: ids.subarray(0, from) }] };
        }),
    };
  return {
    blueprint: { ...rest, task: { kind: 'text-to-text' }, head: optionHead(normalise) },
    classes,
    perExample: classes.length,
    rows: (examples) =>
      examples.flatMap((example) =>
        optionsOf(example, classes).map((option): Row => {
          const { ids, from } = continued(model, example.text, option, maxTokens);
          return { example, encoded: [{ ids }], targetFrom: from };
        }),
      ),
  };
};
