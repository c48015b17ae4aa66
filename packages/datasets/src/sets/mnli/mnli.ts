import type { GlueTask } from '../glue-read.ts';
import { glueEntry } from '../glue.ts';

/** MNLI as a task; its train is also what the diagnostic set ax is learned from. */
export const mnliTask: GlueTask = {
  name: 'mnli',
  summary: 'entailment, neutral or contradiction, over ten genres',
  folder: 'MNLI',
  columns: { text: 'sentence1', pair: 'sentence2', label: 'gold_label' },
  task: { kind: 'classification', classes: ['entailment', 'neutral', 'contradiction'] },
  spellings: [['entailment'], ['neutral'], ['contradiction']],
  metric: 'accuracy',
  dev: { file: 'dev_matched.tsv', split: 'validation_matched' },
  elsewhere: { mismatched: { file: 'dev_mismatched.tsv', split: 'validation_mismatched' } },
  hub: { config: 'mnli', text: 'premise', pair: 'hypothesis' },
  counts: { train: 392702, dev_matched: 9815, dev_mismatched: 9832 },
  licence: 'mostly OANC, free to use; fiction parts under several licences',
  cite: {
    title: 'A Broad-Coverage Challenge Corpus for Sentence Understanding through Inference (MNLI)',
    year: 2018,
    url: 'https://arxiv.org/abs/1704.05426',
    where: 'section 2',
  },
};

/** See README.md in this folder. */
export const mnli = glueEntry(mnliTask);
