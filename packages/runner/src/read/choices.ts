import { itemAt } from '@lab/records';
import type { Handle } from '@lab/engine';
import type { ChoiceTest } from '../session/choice.ts';
import { sessionOn } from '../session/session.ts';
import type { Assessment, Split } from './assessment.ts';
import { evaluationsOf, predictionsOf } from './evaluate.ts';
import { readAll, type Outputs, type Reading } from './read.ts';

/** The scores of an example's options, row after row, as its one row of outputs. */
const regrouped = (outputs: Outputs, perExample: number): Outputs =>
  Array.from({ length: outputs.length / perExample }, (_, i) =>
    outputs.slice(i * perExample, (i + 1) * perExample).flat(),
  );

/** Reads a multiple-choice split: scores of options are measured as logits of classes. */
export const assessChoices = async (
  reading: Reading,
  theta: Handle,
  { name, rows, members }: Split,
  { blueprint, classes, perExample }: ChoiceTest,
): Promise<Assessment> => {
  const session = sessionOn(reading.session, blueprint);
  try {
    const raw = await readAll({ ...reading, session }, theta, { rows, members });
    const readings =
      perExample === 1
        ? raw
        : {
            deterministic: regrouped(raw.deterministic, perExample),
            meanField: raw.meanField && regrouped(raw.meanField, perExample),
            members: raw.members.map((outputs) => regrouped(outputs, perExample)),
          };
    const examples = readings.deterministic.map((_, i) => itemAt(rows, i * perExample));
    return {
      evaluations: evaluationsOf({ kind: 'classification', classes }, name, examples, readings),
      predictions: predictionsOf(examples, readings),
    };
  } finally {
    session.dispose();
  }
};
