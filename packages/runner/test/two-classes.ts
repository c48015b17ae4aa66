import type { Dataset, Example } from '@lab/datasets';

/** A data set of two classes whose splits are all the same examples. */
export const twoClasses = (examples: readonly Example[]): Dataset => ({
  name: 'test',
  task: { kind: 'classification', classes: ['no', 'yes'] },
  metric: 'accuracy',
  splits: { train: examples, validation: examples, test: examples },
  licence: 'none',
  cite: { title: 'test', year: 2026, url: 'https://example.org', where: 'all' },
});
