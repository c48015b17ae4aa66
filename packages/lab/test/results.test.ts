import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from './cli.ts';
import { published, renderPublished } from './published.ts';

const files = (folder: string, below = ''): readonly string[] =>
  readdirSync(join(folder, below)).flatMap((name) => {
    const path = join(below, name);
    return statSync(join(folder, path)).isDirectory() ? files(folder, path) : [path];
  });

describe('results/', () => {
  it.each(published)(
    '$name at scale $scale is what its runs give, byte for byte',
    async (one) => {
      const { folder } = one;
      const again = scratch();
      try {
        await renderPublished(one, again.out);
        expect(files(again.out).toSorted()).toEqual(files(folder).toSorted());
        for (const file of files(folder)) {
          // Raster and gzip bytes may follow the library; what they show is held by the vector file
          // and the tables.
          if (/\.(png|gz)$/.test(file)) continue;
          expect(readFileSync(join(again.out, file), 'utf8') === readFileSync(join(folder, file), 'utf8'), file).toBe(
            true,
          );
        }
      } finally {
        again.remove();
      }
    },
    120_000,
  );

  it('holds the main experiments', () => {
    expect(published.map(({ name }) => name)).toEqual(expect.arrayContaining(['sensitivity', 'ablation', 'compare']));
  });
});
