import { glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const qqp = glueEntry({
  name: 'qqp',
  summary: 'do two Quora questions ask the same?',
  folder: 'QQP',
  columns: { text: 'question1', pair: 'question2', label: 'is_duplicate' },
  task: { kind: 'classification', classes: ['different', 'duplicate'] },
  spellings: [['0'], ['1']],
  metric: 'accuracy',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'qqp', text: 'question1', pair: 'question2' },
  counts: { train: 363846, dev: 40430 },
  licence: 'Quora terms; non-commercial use',
  cite: {
    title: 'First Quora Dataset Release: Question Pairs (QQP)',
    year: 2017,
    url: 'https://quoradata.quora.com/First-Quora-Dataset-Release-Question-Pairs',
    where: 'whole',
  },
});
