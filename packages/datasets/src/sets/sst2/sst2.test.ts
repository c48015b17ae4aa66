import { describe, expect, it } from 'vitest';
import { build, labelCounts, realData, sourcesWith } from '../../../test/fixtures.ts';

const text = ['sentence\tlabel', 'a "deterministic gem \t1', 'dull \t0'].join('\n');
const files = (train: string) => ({ 'GLUE/SST-2/train.tsv': train, 'GLUE/SST-2/dev.tsv': text });

describe('sst2', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'sst2', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'a "deterministic gem', label: 1 });
    expect(splits.test.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(files(['sentence\tlabel', 'dull \t0', 'a "deterministic gem \t7'].join('\n')));
    const clean = { name: 'sst2', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:3: column "label": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });

  const real = realData('glue/SST-2');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const sources = { dataDir: `${real!}/../..`, cacheDir: 'unused' };
    const { splits } = await build({ name: 'sst2', protocol: 'dev-is-both' }, sources);
    expect(labelCounts(splits.train, 2)).toEqual([29780, 37569]);
    expect(labelCounts(splits.test, 2)).toEqual([428, 444]);
  });
});
