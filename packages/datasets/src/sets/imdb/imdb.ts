import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const imdb = sentimentEntry('imdb');
