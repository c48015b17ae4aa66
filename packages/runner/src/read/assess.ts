import type { Handle } from '@lab/engine';
import { within } from '../stages/views.ts';
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
  const { rows, also = [] } = split;
  const whole = { task, rows, readings: await readAll(reading, theta, split) };
  const seen = within(whole, split.among);
  return {
    evaluations: [split, ...also].flatMap(({ name, among }) => {
      const view = within(whole, among);
      return evaluationsOf(view.task, name, view.rows, view.readings);
    }),
    predictions: predictionsOf(seen.rows, seen.readings),
  };
};
