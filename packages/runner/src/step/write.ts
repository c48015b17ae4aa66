import { forwardWith } from '@lab/adapter';
import { nextPass, startPass, type NextTokens, type WrittenTokens } from '@lab/models';
import { tf, unpack, type Params } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import { shapeOfBatch } from '../session/shape.ts';
import { languageModel } from '../session/rows/text-rows.ts';
import { perturbOf, type Pass, type PassInputs } from './pass.ts';

/** What writing reads in every pass: parameters, frozen weights, and the masks of a member. */
type WriteInputs = Omit<PassInputs, 'batch'> & { readonly masks: Params };
/** Prompts [R, T], padded on the right. */
export type StartInputs = WriteInputs & { readonly batch: { readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D } };
/** One token more for every row. */
export type NextInputs = WriteInputs & { readonly tokens: NextTokens };
/** Next-token logits [R, V] and the cache. */
export type Written = WrittenTokens;

const forwardOf = (
  blueprint: Blueprint,
  pass: Pass,
  { ids, theta, frozen, masks }: WriteInputs & { readonly ids: tf.Tensor2D },
) => {
  const { model, adapter, layout } = blueprint;
  return forwardWith(
    model,
    adapter,
    frozen,
    unpack(layout, theta),
    perturbOf(blueprint, pass, { shape: shapeOfBatch({ ids }), drawn: masks }),
  );
};

/** Reads prompts: next-token logits [R, V] and the cache. */
export const startProgram =
  (blueprint: Blueprint, pass: Pass) =>
  (inputs: StartInputs): Written => {
    const { batch } = inputs;
    const forward = forwardOf(blueprint, pass, { ...inputs, ids: batch.ids });
    const { maxNewTokens } = writtenTexts(blueprint).generation;
    return startPass(languageModel(blueprint.model), forward, { ...batch, extra: {} }, maxNewTokens);
  };

/** One token more: next-token logits [R, V] and the cache. */
export const nextProgram =
  (blueprint: Blueprint, pass: Pass) =>
  (inputs: NextInputs): Written => {
    const forward = forwardOf(blueprint, pass, { ...inputs, ids: inputs.tokens.ids });
    return nextPass(languageModel(blueprint.model), forward, inputs.tokens);
  };

/** What a text-to-text run needs. Throws for a run of another kind. */
export const writtenTexts = ({ texts, signature }: Blueprint) => {
  if (!texts) throw new Error(`this run writes no texts: ${signature}`);
  return texts;
};
