import { glueCite, glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const wnli = glueEntry({
  name: 'wnli',
  summary: 'is a pronoun resolved rightly?',
  folder: 'WNLI',
  columns: { text: 'sentence1', pair: 'sentence2', label: 'label' },
  task: { kind: 'classification', classes: ['not_entailment', 'entailment'] },
  spellings: [['0'], ['1']],
  metric: 'accuracy',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'wnli', text: 'sentence1', pair: 'sentence2' },
  counts: { train: 635, dev: 71 },
  licence: 'CC BY 4.0',
  cite: glueCite,
});
