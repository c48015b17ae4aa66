import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { datasets } from '../src/index.ts';

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
