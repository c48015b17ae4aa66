import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { key } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { datasets, describeDataset as describeDataset } from '../src/index.ts';
import { hubOf } from './fixtures.ts';

const root = fileURLToPath(new URL('../src/sets/', import.meta.url));

describe('the list of data sets', () => {
  it('equals the folders under sets/', () => {
    const folders = readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory());
    expect([...datasets.names].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it.each(datasets.names)('%s has a card with origin, licence, counts, splits and metric, and a test', (name) => {
    const card = readFileSync(`${root}${name}/README.md`, 'utf8');
    for (const field of ['origin', 'licence', 'counts', 'splits', 'metric'])
      expect(card).toMatch(new RegExp(`^\\| ${field} \\|`, 'm'));
    expect(existsSync(`${root}${name}/${name}.test.ts`)).toBe(true);
  });
});

describe('what a listing says', () => {
  it.each(datasets.names)('%s: counts, metric, licence and origin without reading data', (name) => {
    const said = describeDataset(name, { cacheDir: 'unused' });
    expect(said.summary).toBe(datasets.find(name).summary);
    for (const text of [said.metric, said.licence, said.from]) expect(text).not.toBe('');
    expect(Object.values(said.counts).every((count) => Number.isInteger(count) && count > 0)).toBe(true);
  });

  it('says what is missing, and that nothing is where downloads are allowed', () => {
    expect(describeDataset('imdb', { cacheDir: 'unused' }).missing).toBeNull();
    expect(describeDataset('rte', { cacheDir: 'unused' }).missing).toMatch(/RTE\/train\.tsv .* to get it/);
    expect(describeDataset('rte', { cacheDir: 'unused', ...hubOf({}) }).missing).toBeNull();
    expect(() => describeDataset('rt', { cacheDir: 'unused' })).toThrow(/did you mean "rte"/);
  });

  it.each(['imdb', 'yelp', 'amazon', 'supersense', 'same-sense', 'hypernym'])(
    '%s: the counts are those of its default splits',
    async (name) => {
      const { splits } = await datasets.build(datasets.parse({ name }), key(3), { cacheDir: 'unused' });
      const counts = { train: splits.train.length, validation: splits.validation.length, test: splits.test.length };
      expect(describeDataset(name, { cacheDir: 'unused' }).counts).toEqual(counts);
    },
  );
});
