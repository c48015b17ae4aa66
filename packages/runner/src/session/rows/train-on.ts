import type { Dataset } from '@lab/datasets';
import { BadInput } from '@lab/records';

/** Tasks that a decoder learns token by token, so that one can be trained and another tested. */
const isOfTexts = ({ task }: Dataset): boolean => task.kind === 'text-to-text' || task.kind === 'multiple-choice';

/**
 * The splits of a run that trains on one data set and is tested on another: training and validation
 * of the one, test of the other. Throws `BadInput` for tasks that have no head in common.
 */
export const trainedOn = (tested: Dataset, learned: Dataset): Dataset => {
  const wrong = [learned, tested].find((dataset) => !isOfTexts(dataset));
  if (wrong)
    throw new BadInput(
      `trainOn is ${learned.name} and dataset ${tested.name}: ${wrong.name} is a ${wrong.task.kind} task, whose head ` +
        'belongs to its own labels; allowed: text-to-text and multiple-choice',
    );
  const { train, validation } = learned.splits;
  const notes = [...(learned.notes ?? []), ...(tested.notes ?? [])];
  return { ...tested, splits: { train, validation, test: tested.splits.test }, ...(notes.length > 0 ? { notes } : {}) };
};
