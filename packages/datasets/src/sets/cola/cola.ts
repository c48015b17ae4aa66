import { glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const colaSet = glueEntry({
  name: 'cola',
  summary: 'is a sentence acceptable English?',
  folder: 'CoLA',
  header: ['source', 'label', 'star', 'sentence'],
  columns: { text: 'sentence', label: 'label' },
  task: { kind: 'classification', classes: ['unacceptable', 'acceptable'] },
  spellings: [['0'], ['1']],
  metric: 'matthews',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'cola', text: 'sentence' },
  counts: { train: 8551, dev: 1043 },
  licence: 'none stated; sentences from published linguistics works',
  cite: {
    title: 'Neural Network Acceptability Judgments (CoLA)',
    year: 2019,
    url: 'https://arxiv.org/abs/1805.12471',
    where: 'section 3',
  },
});
