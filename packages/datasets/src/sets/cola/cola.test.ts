import { describe, expect, it } from 'vitest';
import { build, labelCounts, realData, sourcesWith } from '../../../test/fixtures.ts';

const text = ['gj04\t1\t\tHe said "no.', 'gj04\t0\t*\tSaid he no it.'].join('\n');
const files = (train: string) => ({ 'GLUE/CoLA/train.tsv': train, 'GLUE/CoLA/dev.tsv': text });

describe('cola', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'cola', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'He said "no.', label: 1 });
    expect(splits.test.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(files(['gj04\t0\t*\tSaid he no it.', 'gj04\t7\t\tHe said "no.'].join('\n')));
    const clean = { name: 'cola', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:2: column "label": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });

  const real = realData('glue/CoLA');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const sources = { dataDir: `${real!}/../..`, cacheDir: 'unused' };
    const { splits } = await build({ name: 'cola', protocol: 'dev-is-both' }, sources);
    expect(labelCounts(splits.train, 2)).toEqual([2528, 6023]);
    expect(labelCounts(splits.test, 2)).toEqual([322, 721]);
  });
});
