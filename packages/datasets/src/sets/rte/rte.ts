import { glueCite, glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const rte = glueEntry({
  name: 'rte',
  summary: 'does one text follow from another?',
  folder: 'RTE',
  columns: { text: 'sentence1', pair: 'sentence2', label: 'label' },
  task: { kind: 'classification', classes: ['entailment', 'not_entailment'] },
  spellings: [['entailment'], ['not_entailment']],
  metric: 'accuracy',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'rte', text: 'sentence1', pair: 'sentence2' },
  counts: { train: 2490, dev: 277 },
  licence: 'none stated',
  cite: glueCite,
});
