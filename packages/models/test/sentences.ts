import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The 3,000 labelled sentences inside the npm package `sentiment`: imdb, yelp, amazon, in file
 * order.
 */
export const readSentences = (): readonly string[] => {
  const folder = join(dirname(createRequire(import.meta.url).resolve('sentiment/package.json')), 'test', 'fixtures');
  return ['imdb', 'yelp', 'amazon'].flatMap((name) =>
    (JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { text?: string }[]).flatMap(
      ({ text }) => text || [],
    ),
  );
};
