import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { experiments } from '@lab/experiments';
import { describe, expect, it } from 'vitest';
import { readArchive } from '@lab/report';
import { protocolIn } from '@lab/runner';
import { committed, protocolBeside, writeReport } from '../src/compose/reports.ts';
import { scratch } from './cli.ts';

const files = (folder: string, below = ''): readonly string[] =>
  readdirSync(join(folder, below)).flatMap((name) => {
    const path = join(below, name);
    return statSync(join(folder, path)).isDirectory() ? files(folder, path) : [path];
  });

/** Every published report: an experiment at a scale. */
const published = experiments.flatMap(({ name, report }) => {
  const folder = join(committed, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((scale) => existsSync(join(folder, scale, 'runs.jsonl.gz')))
    .map((scale) => ({ name, scale, report, folder: join(folder, scale) }));
});

describe('results/', () => {
  it.each(published)(
    '$name at scale $scale is what its runs give, byte for byte',
    async ({ report, folder }) => {
      const again = scratch();
      try {
        const protocol = protocolIn(protocolBeside(folder));
        await writeReport(readArchive(folder)!, { spec: report, protocol }, again.out);
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
