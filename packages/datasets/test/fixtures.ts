import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { key } from '@lab/random';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { datasets, type Dataset, type FetchFile, type HubFile, type Sources } from '../src/index.ts';

/** A fresh folder that holds the given files. */
export const folderWith = async (files: { readonly [path: string]: string | Uint8Array }): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'lab-datasets-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
};

/** Sources whose data folder holds the given files. */
export const sourcesWith = async (files: { readonly [path: string]: string | Uint8Array }): Promise<Sources> => {
  const dataDir = await folderWith(files);
  return { dataDir, cacheDir: join(dataDir, 'cache') };
};

/** Builds a data set from an unparsed config, as the runner does. */
export const build = async (config: object, sources: Sources, seed = 0): Promise<Dataset> =>
  datasets.build(datasets.parse(config), key(seed), sources);

/** A parquet file of the given columns. */
export const parquet = (columnData: ColumnSource[]): Uint8Array => new Uint8Array(parquetWriteBuffer({ columnData }));

/** A hub in memory, and the list of what was asked of it. */
export const hubOf = (files: { readonly [path: string]: Uint8Array }): { fetchFile: FetchFile; asked: HubFile[] } => {
  const asked: HubFile[] = [];
  return {
    asked,
    fetchFile: (file, progress) => {
      asked.push(file);
      progress(0.5);
      const bytes = files[`${file.repo}/${file.path}`];
      return bytes
        ? Promise.resolve(bytes)
        : Promise.reject(new Error(`not in the test's hub: ${file.repo}/${file.path}`));
    },
  };
};

const here = dirname(fileURLToPath(import.meta.url));

/** Real files for development, or undefined where they are not: tests that want them skip. */
export const realData = (path: string): string | undefined => {
  const full = join(process.env['LAB_SHARED'] ?? resolve(here, '../../../../shared'), 'data', path);
  return existsSync(full) ? full : undefined;
};

/** Numbers of examples by label: labelCounts(x)[1] is how many carry 1. */
export const labelCounts = (examples: Dataset['splits']['test'], classes: number): number[] =>
  Array.from({ length: classes }, (_, c) => examples.filter(({ label }) => label === c).length);
