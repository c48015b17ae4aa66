import { glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const sst2 = glueEntry({
  name: 'sst2',
  summary: 'film review phrases, negative or positive',
  folder: 'SST-2',
  columns: { text: 'sentence', label: 'label' },
  task: { kind: 'classification', classes: ['negative', 'positive'] },
  spellings: [['0'], ['1']],
  metric: 'accuracy',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'sst2', text: 'sentence' },
  counts: { train: 67349, dev: 872 },
  licence: 'none stated (Stanford)',
  cite: {
    title: 'Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank (SST-2)',
    year: 2013,
    url: 'https://aclanthology.org/D13-1170/',
    where: 'section 3',
  },
});
