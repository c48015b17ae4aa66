import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { build, labelCounts, realData, sourcesWith } from '../../../test/fixtures.ts';
import { parseGlue } from '../glue-read.ts';
import { qnliTask } from './qnli.ts';

const text = [
  'index\tquestion\tsentence\tlabel',
  '0\tWho said "no?\tHe did.\tentailment',
  '1\tWho?\tIt rained.\tnot_entailment',
].join('\n');
const files = (train: string) => ({ 'GLUE/QNLI/train.tsv': train, 'GLUE/QNLI/dev.tsv': text });

describe('qnli', () => {
  it('reads the original layout, without quoting and without a last newline', async () => {
    const { splits } = await build({ name: 'qnli', protocol: 'dev-is-both' }, await sourcesWith(files(text)));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'Who said "no?', pair: 'He did.', label: 0 });
    expect(splits.test.map(({ label }) => label)).toEqual([0, 1]);
  });

  it('names file, line and column of a row that does not fit, and skips it only on request', async () => {
    const sources = await sourcesWith(
      files(
        [
          'index\tquestion\tsentence\tlabel',
          '1\tWho?\tIt rained.\tnot_entailment',
          '0\tWho said "no?\tHe did.\tyes',
        ].join('\n'),
      ),
    );
    const clean = { name: 'qnli', protocol: 'dev-is-both' };
    await expect(build(clean, sources)).rejects.toThrow(/train\.tsv:3: column "label": expected one of/);
    const { splits, notes } = await build({ ...clean, malformed: 'skip' }, sources);
    expect(splits.train).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/train\.tsv: 1 malformed rows skipped/)]);
  });

  const real = realData('glue/QNLI/dev.tsv');
  it.skipIf(!real)('has the published counts on the real dev file (skipped where it is absent)', async () => {
    const { rows } = parseGlue(qnliTask, real!, await readFile(real!, 'utf8'), 'validation', 'error');
    expect(labelCounts(rows, 2)).toEqual([2702, 2761]);
  });
});
