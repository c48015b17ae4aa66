import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const amazon = sentimentEntry('amazon');
