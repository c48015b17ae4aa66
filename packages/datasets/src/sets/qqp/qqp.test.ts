import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

const text = [
  'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate',
  '0\t1\t2\tWhat is "it?\tWhat is it?\t1',
  '1\t3\t4\tWho?\tWhere?\t0',
].join('\n');
const files = (train: string) => ({ 'GLUE/QQP/train.tsv': train, 'GLUE/QQP/dev.tsv': text });

describe('qqp', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'qqp', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'What is "it?', pair: 'What is it?', label: 1 });
    expect(splits.test.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(
      files(
        [
          'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate',
          '1\t3\t4\tWho?\tWhere?\t0',
          '0\t1\t2\tWhat is "it?\tWhat is it?\t7',
        ].join('\n'),
      ),
    );
    const clean = { name: 'qqp', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:3: column "is_duplicate": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });
});
