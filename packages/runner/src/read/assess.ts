import type { Handle } from '@lab/engine';
import type { Assessment, Split } from './assessment.ts';
import { evaluationsOf, predictionsOf } from './evaluate.ts';
import { readAll, type Reading } from './read.ts';
import { assessSpans } from './spans.ts';
import { assessTexts } from './texts.ts';

/** Reads one split with the trained weights. */
export const assess = async (reading: Reading, theta: Handle, split: Split): Promise<Assessment> => {
  const { task, texts } = reading.session.blueprint;
  if (texts) return assessTexts(reading, theta, split);
  if (task.kind === 'extractive-qa') return assessSpans(reading, theta, split);
  const readings = await readAll(reading, theta, split);
  return {
    evaluations: evaluationsOf(task, split.name, split.rows, readings),
    predictions: predictionsOf(split.rows, readings),
  };
};
