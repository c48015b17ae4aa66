import { sentimentEntry } from '../sentiment.ts';

/** See README.md in this folder. */
export const amazon = sentimentEntry('amazon', { train: 200, validation: 100, test: 687 });
