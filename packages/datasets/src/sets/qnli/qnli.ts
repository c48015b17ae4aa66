import type { GlueTask } from '../glue-read.ts';
import { glueCite, glueEntry } from '../glue.ts';

/** QNLI as data. */
export const qnliTask: GlueTask = {
  name: 'qnli',
  summary: 'does a sentence answer a question?',
  folder: 'QNLI',
  columns: { text: 'question', pair: 'sentence', label: 'label' },
  task: { kind: 'classification', classes: ['entailment', 'not_entailment'] },
  spellings: [['entailment'], ['not_entailment']],
  metric: 'accuracy',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'qnli', text: 'question', pair: 'sentence' },
  counts: { train: 104743, dev: 5463 },
  licence: 'CC BY-SA 4.0',
  cite: glueCite,
};

/** See README.md in this folder. */
export const qnli = glueEntry(qnliTask);
