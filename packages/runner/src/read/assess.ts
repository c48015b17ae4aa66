import type { Evaluation, Prediction } from '@lab/records';
import type { Handle } from '@lab/engine';
import type { Row } from '../session/row.ts';
import { evaluationsOf, predictionsOf, readAll, type Reader } from './evaluate.ts';
import { assessTexts } from './texts.ts';

/** Metrics of every readout on one split, and what predictions.jsonl keeps of it. `members` = 0 leaves the ensemble out. */
export const assess = async (
  reader: Reader,
  theta: Handle,
  split: Evaluation['split'],
  rows: readonly Row[],
  members: number,
): Promise<{ readonly evaluations: readonly Evaluation[]; readonly predictions: readonly Prediction[] }> => {
  if (reader.blueprint.texts) return assessTexts(reader, theta, split, rows, members);
  const readings = await readAll(reader, theta, rows, members);
  return {
    evaluations: evaluationsOf(reader.blueprint.task, split, rows, readings),
    predictions: predictionsOf(rows, readings),
  };
};
