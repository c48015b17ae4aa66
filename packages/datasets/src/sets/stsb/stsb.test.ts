import { describe, expect, it } from 'vitest';
import { build, realData, sourcesWith } from '../../../test/fixtures.ts';

const header = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore';
const row = (score: string) => `0\tnews\tf\t2012\t1\tnone\tnone\tA "dog.\tA cat.\t${score}`;
const files = (...scores: string[]) => ({
  'GLUE/STS-B/train.tsv': [header, ...scores.map(row)].join('\n'),
  'GLUE/STS-B/dev.tsv': [header, row('1'), row('0')].join('\n'),
});

describe('stsb', () => {
  it('reads scores as targets', async () => {
    const { splits, task } = await build(
      { name: 'stsb', protocol: 'dev-is-both' },
      await sourcesWith(files('5.000', '2.4')),
    );
    expect(splits.train.map(({ label }) => label)).toEqual([5, 2.4]);
    expect(splits.train[0]).toMatchObject({ text: 'A "dog.', pair: 'A cat.' });
    expect(task).toEqual({ kind: 'regression', range: [0, 5] });
  });

  it('refuses scores outside 0 to 5, missing scores, and label noise', async () => {
    for (const score of ['5.1', '', 'high']) {
      await expect(
        build({ name: 'stsb', protocol: 'dev-is-both' }, await sourcesWith(files('1', score))),
      ).rejects.toThrow(/train\.tsv:3: column "score": expected a number from 0 to 5/);
    }
    const sources = await sourcesWith(files('1', '2'));
    await expect(build({ name: 'stsb', protocol: 'dev-is-both', labelNoise: 0.1 }, sources)).rejects.toThrow(
      /needs a classification task/,
    );
  });

  const real = realData('glue/STS-B');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const { splits } = await build(
      { name: 'stsb', protocol: 'dev-is-both' },
      { dataDir: `${real!}/../..`, cacheDir: 'unused' },
    );
    expect([splits.train.length, splits.test.length]).toEqual([5749, 1500]);
  });
});
