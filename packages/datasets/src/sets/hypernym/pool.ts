import { itemAt, present } from '@lab/records';
import { fold } from '@lab/random';
import { shuffle } from '../../shape/draw.ts';
import type { Example } from '../../types.ts';
import { synsets, type Synset } from '../../wordnet/parse.ts';
import { once } from '../../wordnet/once.ts';
import { construction } from '../../wordnet/split.ts';

/** A synset and its direct hypernym. */
interface Link {
  readonly below: Synset;
  readonly above: Synset;
}

const poolSize = 4000;

const wordOf = ({ words }: Synset): string => itemAt(words, 0).toLowerCase();

/** All hypernyms of a synset, direct and indirect. */
const ancestors = (byId: ReadonlyMap<string, Synset>, start: Synset): ReadonlySet<string> => {
  const above = new Set<string>();
  const open = [...start.hypernyms];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (above.has(id)) continue;
    above.add(id);
    open.push(...present(byId.get(id), `synset ${id}`).hypernyms);
  }
  return above;
};

/** A name that contains its hypernym's (`sea` in `Greenland Sea`) would give the answer away. */
const tells = ({ below, above }: Link): boolean => {
  const names = below.words.map((word) => word.toLowerCase());
  return above.words.some((word) => names.some((name) => name.includes(word.toLowerCase())));
};

/** Links that share no synset and no first word with each other, in a fixed random order. */
const links = (all: readonly Synset[], byId: ReadonlyMap<string, Synset>): readonly Link[] => {
  const used = new Set<string>();
  const out: Link[] = [];
  for (const below of shuffle(
    construction('hypernym'),
    all.filter(({ hypernyms }) => hypernyms.length === 1),
  )) {
    const above = present(byId.get(itemAt(below.hypernyms, 0)), `the hypernym of ${below.id}`);
    const names = [below.id, above.id, wordOf(below), wordOf(above)];
    if (tells({ below, above }) || names.some((name) => used.has(name))) continue;
    for (const name of names) used.add(name);
    out.push({ below, above });
    if (out.length === poolSize) break;
  }
  return out;
};

const show = (synset: Synset): string => `${itemAt(synset.words, 0)}: ${synset.definition}`;

const example = (below: Synset, above: Synset, label: number): Example => ({
  id: `${below.id}>${above.id}`,
  text: show(below),
  pair: show(above),
  label,
});

/** Two links of one lexicographer file exchange their hypernyms, if neither then holds. */
const exchange = (byId: ReadonlyMap<string, Synset>, one: Link, two: Link): readonly Example[] => {
  const holds = (a: Link, b: Link) =>
    ancestors(byId, a.below).has(b.above.id) || a.below.id === b.above.id || ancestors(byId, b.above).has(a.below.id);
  return holds(one, two) || holds(two, one) ? [] : [example(one.below, two.above, 0), example(two.below, one.above, 0)];
};

/**
 * The fixed pool: is the second synset a hypernym of the first? True pairs are direct links. False
 * pairs come from true links of the same lexicographer file that exchanged their hypernyms, so that
 * neither side alone tells the label. No synset and no first word occurs in two pairs; both classes
 * are equally many.
 */
export const hypernymPool = once(async (): Promise<readonly Example[]> => {
  const all = await synsets();
  const byId = new Map(all.map((synset) => [synset.id, synset]));
  const byFile = new Map<number, Link[]>();
  for (const link of links(all, byId)) {
    const before = byFile.get(link.below.file);
    if (before) before.push(link);
    else byFile.set(link.below.file, [link]);
  }
  const truths: Example[] = [];
  const falsehoods: Example[] = [];
  for (const [file, linksOfFile] of byFile) {
    const order = shuffle(fold(construction('hypernym'), file), linksOfFile);
    for (let i = 0; i + 3 < order.length; i += 4) {
      const made = exchange(byId, itemAt(order, i + 2), itemAt(order, i + 3));
      if (made.length === 0) continue;
      falsehoods.push(...made);
      truths.push(...order.slice(i, i + 2).map(({ below, above }) => example(below, above, 1)));
    }
  }
  return [...truths, ...falsehoods];
});
