import { describe, expect, it } from 'vitest';
import { build, labelCounts, realData, sourcesWith } from '../../../test/fixtures.ts';

const text = [
  '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String',
  '1\t10\t11\tHe said " yes .\tYes , he said .',
  '0\t12\t13\tIt rained .\tIt snowed .',
].join('\n');
const files = (train: string) => ({ 'GLUE/MRPC/train.tsv': train, 'GLUE/MRPC/dev.tsv': text });

describe('mrpc', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'mrpc', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'He said " yes .', pair: 'Yes , he said .', label: 1 });
    expect(splits.test.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(
      files(
        [
          '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String',
          '0\t12\t13\tIt rained .\tIt snowed .',
          '7\t10\t11\tHe said " yes .\tYes , he said .',
        ].join('\n'),
      ),
    );
    const clean = { name: 'mrpc', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:3: column "Quality": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });

  it('makes train from the Microsoft files where they lie, leaving the dev pairs out', async () => {
    const msr = text + '\n1\t20\t21\tHe sang .\tHe sang a song .';
    const dev = '10\t11\n';
    const sources = await sourcesWith({
      ...files(text),
      'GLUE/MRPC/msr_paraphrase_train.txt': msr,
      'GLUE/MRPC/dev_ids.tsv': dev,
    });
    const { splits } = await build({ name: 'mrpc', protocol: 'dev-is-both' }, sources);
    expect(splits.train.map(({ text }) => text)).toEqual(['It rained .', 'He sang .']);
  });

  const real = realData('glue/MRPC');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const sources = { dataDir: `${real!}/../..`, cacheDir: 'unused' };
    const { splits } = await build({ name: 'mrpc', protocol: 'dev-is-both' }, sources);
    expect(labelCounts(splits.train, 2)).toEqual([1194, 2474]);
    expect(labelCounts(splits.test, 2)).toEqual([129, 279]);
  });
});
