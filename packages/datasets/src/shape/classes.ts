import { BadInput, nearest } from '@lab/records';
import type { Dataset, Example } from '../types.ts';

/**
 * The examples of some classes alone; labels are counted among them, in the order given. Throws
 * `BadInput` for a class that the data set does not have, for one named twice, and where there are
 * no classes.
 */
export const keepClasses = (dataset: Dataset, kept: readonly string[]): Dataset => {
  const { name, task, splits, elsewhere = {} } = dataset;
  if (task.kind !== 'classification')
    throw new BadInput(`dataset ${name}: onlyClasses needs a classification task, this is ${task.kind}`);
  const places = new Map<number, number>();
  for (const [place, label] of kept.entries()) {
    const index = task.classes.indexOf(label);
    if (index < 0)
      throw new BadInput(
        `dataset ${name}: onlyClasses: no class "${label}"${nearest(label, task.classes)}; ` +
          `allowed: ${task.classes.join(', ')}`,
      );
    if (places.has(index)) throw new BadInput(`dataset ${name}: onlyClasses: "${label}" is named twice`);
    places.set(index, place);
  }
  const of = (examples: readonly Example[]): readonly Example[] =>
    examples.flatMap((example) => {
      const label = places.get(example.label);
      return label === undefined ? [] : [{ ...example, label }];
    });
  const others = Object.entries(elsewhere).map(([other, examples]) => [other, of(examples)] as const);
  return {
    ...dataset,
    task: { kind: 'classification', classes: kept },
    splits: { train: of(splits.train), validation: of(splits.validation), test: of(splits.test) },
    ...(dataset.elsewhere ? { elsewhere: Object.fromEntries(others) } : {}),
  };
};
