import { describe, expect, it } from 'vitest';
import { build, labelCounts, realData, sourcesWith } from '../../../test/fixtures.ts';

const text = [
  'index\tsentence1\tsentence2\tlabel',
  '0\tHe said "no.\tHe spoke.\t1',
  '1\tIt rained.\tIt snowed.\t0',
].join('\n');
const files = (train: string) => ({ 'GLUE/WNLI/train.tsv': train, 'GLUE/WNLI/dev.tsv': text });

describe('wnli', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'wnli', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'He said "no.', pair: 'He spoke.', label: 1 });
    expect(splits.test.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(
      files(
        ['index\tsentence1\tsentence2\tlabel', '1\tIt rained.\tIt snowed.\t0', '0\tHe said "no.\tHe spoke.\t7'].join(
          '\n',
        ),
      ),
    );
    const clean = { name: 'wnli', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:3: column "label": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });

  const real = realData('glue/WNLI');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const sources = { dataDir: `${real!}/../..`, cacheDir: 'unused' };
    const { splits } = await build({ name: 'wnli', protocol: 'dev-is-both' }, sources);
    expect(labelCounts(splits.train, 2)).toEqual([323, 312]);
    expect(labelCounts(splits.test, 2)).toEqual([40, 31]);
  });
});
