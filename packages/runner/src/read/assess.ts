import type { Evaluation, Prediction } from '@lab/records';
import type { Handle } from '@lab/engine';
import { evaluationsOf, predictionsOf } from './evaluate.ts';
import { readAll, type Asked, type Reading } from './read.ts';
import { assessTexts } from './texts.ts';

/** A split that is read, with its name in the record. */
export type Split = Asked & { readonly name: Evaluation['split'] };

/** Metrics of every readout on one split, and what predictions.jsonl keeps of it. */
export interface Assessment {
  readonly evaluations: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
}

/** Reads one split with the trained weights. */
export const assess = async (reading: Reading, theta: Handle, split: Split): Promise<Assessment> => {
  const { task, texts } = reading.session.blueprint;
  if (texts) return assessTexts(reading, theta, split);
  const readings = await readAll(reading, theta, split);
  return {
    evaluations: evaluationsOf(task, split.name, split.rows, readings),
    predictions: predictionsOf(split.rows, readings),
  };
};
