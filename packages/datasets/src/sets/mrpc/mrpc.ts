import { glueEntry } from '../glue.ts';
import { readMrpcTrain } from './train.ts';

/** See README.md in this folder. */
export const mrpc = glueEntry(
  {
    name: 'mrpc',
    summary: 'do two news sentences say the same?',
    folder: 'MRPC',
    columns: { text: '#1 String', pair: '#2 String', label: 'Quality' },
    task: { kind: 'classification', classes: ['different', 'equivalent'] },
    spellings: [['0'], ['1']],
    metric: 'accuracy',
    dev: { file: 'dev.tsv', split: 'validation' },
    hub: { config: 'mrpc', text: 'sentence1', pair: 'sentence2' },
    counts: { train: 3668, dev: 408 },
    licence: 'Microsoft Research licence',
    cite: {
      title: 'Automatically Constructing a Corpus of Sentential Paraphrases (MRPC)',
      year: 2005,
      url: 'https://aclanthology.org/I05-5002/',
      where: 'section 3',
    },
  },
  readMrpcTrain,
);
