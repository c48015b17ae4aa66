import type { Model } from '@lab/adapter';
import type { Example } from '@lab/datasets';
import { isLanguageModel, type Generation, type LanguageModel } from '@lab/models';
import { BadInput } from '@lab/records';
import type { Row } from './rows.ts';

/** What a text-to-text run needs beside the rest of a blueprint. */
export interface TextSettings {
  readonly generation: Generation;
  /** Share of the target spread evenly over the vocabulary. */
  readonly smoothing: number;
}

/** A row of a text-to-text task: one sequence, and where its reference begins. */
export type TextRow = Row & { readonly targetFrom: number };

/**
 * The model as one that predicts tokens. Throws `BadInput` when it was opened without its language
 * model head.
 */
export const languageModel = (model: Model): LanguageModel => {
  if (!isLanguageModel(model))
    throw new BadInput(`model "${model.name}": a text-to-text task needs a decoder with its head; set model.lm=true`);
  return model;
};

/**
 * Most tokens of a prompt: what is written must fit behind it. Throws `BadInput` when nothing is
 * left.
 */
const promptRoom = (model: Model, maxTokens: number, { maxNewTokens }: Generation): number => {
  const room = Math.min(maxTokens - 1, model.maxTokens - maxNewTokens);
  if (room < 2)
    throw new BadInput(
      `generation.maxNewTokens is ${maxNewTokens} and train.maxTokens ${maxTokens}; ` +
        `${model.name} takes ${model.maxTokens} tokens, so no prompt would fit`,
    );
  return room;
};

/**
 * Rows of `input, line break, first reference, end`, cut at `maxTokens`: the same line that is
 * written on from when texts are generated. `targetFrom` is the reference's first token.
 */
export const textRows = (
  model: LanguageModel,
  examples: readonly Example[],
  { maxTokens, generation }: { readonly maxTokens: number; readonly generation: Generation },
): readonly TextRow[] => {
  const between = model.encodeBare('\n');
  const room = promptRoom(model, maxTokens, generation) - between.length;
  const end = model.end === undefined ? [] : [model.end];
  return examples.map((example) => {
    const prompt = [...model.tokenize(example.text, undefined, room).ids, ...between];
    const ids = [...prompt, ...model.encodeBare(example.references?.[0] ?? ''), ...end].slice(0, maxTokens);
    return { example, encoded: [{ ids: Int32Array.from(ids) }], targetFrom: prompt.length };
  });
};

/**
 * The token ids of a row, and where its reference begins. Throws for a row of another kind of task.
 */
export const sequenceOf = (row: Row): { readonly ids: Int32Array; readonly targetFrom: number } => {
  const [first] = row.encoded;
  if (!first || row.targetFrom === undefined) throw new Error(`example ${row.example.id} is no text with a reference`);
  return { ids: first.ids, targetFrom: row.targetFrom };
};

/** The tokens that a text is written on from. */
export const promptOf = (row: Row): Int32Array => {
  const { ids, targetFrom } = sequenceOf(row);
  return ids.subarray(0, targetFrom);
};
