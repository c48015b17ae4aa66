import { glueEntry } from '../glue.ts';

/** See README.md in this folder. */
export const stsb = glueEntry({
  name: 'stsb',
  summary: 'how alike are two sentences, from 0 to 5?',
  folder: 'STS-B',
  columns: { text: 'sentence1', pair: 'sentence2', label: 'score' },
  task: { kind: 'regression', range: [0, 5] },
  spellings: [],
  metric: 'pearson',
  dev: { file: 'dev.tsv', split: 'validation' },
  hub: { config: 'stsb', text: 'sentence1', pair: 'sentence2' },
  counts: { train: 5749, dev: 1500 },
  licence: 'CC BY-SA 4.0 (scores); each text source has its own',
  cite: {
    title: 'SemEval-2017 Task 1: Semantic Textual Similarity Multilingual and Crosslingual Focused Evaluation (STS-B)',
    year: 2017,
    url: 'https://aclanthology.org/S17-2001/',
    where: 'section 8',
  },
});
