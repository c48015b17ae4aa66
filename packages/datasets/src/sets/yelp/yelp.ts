import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const yelp = sentimentEntry('yelp', { train: 200, validation: 100, test: 696 });
