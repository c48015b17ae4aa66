import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const imdb = sentimentEntry('imdb', { train: 200, validation: 100, test: 697 });
