import { fingerprint } from '../../shape/fingerprint.ts';
import { shuffle } from '../../shape/draw.ts';
import type { Example } from '../../types.ts';
import { lexicographerFiles, synsets } from '../../wordnet/parse.ts';
import { once } from '../../wordnet/once.ts';
import { construction } from '../../wordnet/split.ts';
import { wordnetTask } from '../wordnet-pool.ts';

/** Glosses of each class in the pool: the smallest class, noun.motive, has 42. */
const perClass = 42;
const testPerClass = 16;
const classes = lexicographerFiles.length;

/**
 * The fixed pool: 42 glosses of each of the 45 lexicographer files, no two of which read the same.
 */
export const supersensePool = once(async (): Promise<readonly Example[]> => {
  const all = (await synsets()).map(({ id, file, definition }) => ({ id, text: definition, label: file }));
  const size = new Map<number, number>();
  for (const { label } of all) size.set(label, (size.get(label) ?? 0) + 1);
  const shuffled = shuffle(construction('supersense'), all);
  // Small classes first, so that a gloss they share with a large class stays with them.
  const smallFirst = [...shuffled].sort((a, b) => (size.get(a.label) ?? 0) - (size.get(b.label) ?? 0));
  const kept = new Map<number, number>();
  const seen = new Set<string>();
  return smallFirst.filter((example) => {
    const count = kept.get(example.label) ?? 0;
    if (count >= perClass) return false;
    const print = fingerprint(example);
    if (seen.has(print)) return false;
    kept.set(example.label, count + 1);
    seen.add(print);
    return true;
  });
});

/** See README.md in this folder. */
export const supersense = wordnetTask({
  name: 'supersense',
  version: 1,
  summary: 'which of 45 semantic fields a WordNet gloss defines, from npm',
  where: 'lexicographer files',
  classes: lexicographerFiles,
  pool: supersensePool,
  counts: { train: 16 * classes, validation: 8 * classes, test: classes * testPerClass },
});
