import { wordnetTask } from '../wordnet-pool.ts';
import { hypernymPool } from './pool.ts';

/** See README.md in this folder. */
export const hypernym = wordnetTask({
  name: 'hypernym',
  version: 1,
  summary: 'is the second meaning a kind of which the first is one? from npm',
  where: 'hypernym pointers',
  classes: ['not_entailment', 'entailment'],
  pool: hypernymPool,
  counts: { train: 1000, validation: 300, test: 1000 },
});
