import { wordnetTask } from '../wordnet-pool.ts';
import { sameSensePool } from './pool.ts';

/** See README.md in this folder. */
export const sameSense = wordnetTask({
  name: 'same-sense',
  version: 1,
  summary: 'is a word used in the same sense in two sentences? from npm',
  where: 'glosses',
  classes: ['different', 'same'],
  pool: sameSensePool,
  counts: { train: 1000, validation: 300, test: 1000 },
});
