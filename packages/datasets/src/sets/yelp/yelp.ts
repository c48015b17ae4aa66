import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const yelp = sentimentEntry('yelp');
