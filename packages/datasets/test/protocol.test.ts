import { describe, expect, it } from 'vitest';
import { lengths, overlap } from '../src/index.ts';
import { build, hubOf, parquet, sourcesWith } from './fixtures.ts';

/** Forty distinct sentences, each written twice. */
const rows = Array.from({ length: 80 }, (_, i) => `sentence ${i % 40}\t${i % 2}`);
const files = {
  'SST-2/train.tsv': ['sentence\tlabel', ...rows].join('\n'),
  'SST-2/dev.tsv': 'sentence\tlabel\ngood\t1\nbad\t0',
};

describe('the clean protocol', () => {
  it('splits validation off train by the seed, equal sentences on one side, and tests on dev', async () => {
    const sources = await sourcesWith(files);
    const { splits } = await build({ name: 'sst2', validation: 20 }, sources);
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([60, 20, 2]);
    expect(overlap(splits).map(({ inputs }) => inputs)).toEqual([0, 0, 0]);
    const again = await build({ name: 'sst2', validation: 20 }, sources);
    const other = await build({ name: 'sst2', validation: 20 }, sources, 1);
    expect(again).toEqual(await build({ name: 'sst2', validation: 20 }, sources));
    expect(other.splits.validation).not.toEqual(splits.validation);
    expect(other.splits.test).toEqual(splits.test);
  });

  it('refuses a validation split that leaves no train', async () => {
    await expect(build({ name: 'sst2', validation: 80 }, await sourcesWith(files))).rejects.toThrow(/below 80/);
  });
});

describe('missing files', () => {
  it('names the exact path and how to get it, with and without a data folder', async () => {
    const sources = await sourcesWith({});
    await expect(build({ name: 'rte' }, sources)).rejects.toThrow(
      `${sources.dataDir!}/GLUE/RTE/train.tsv: no such file; to get it: unpack`,
    );
    await expect(build({ name: 'rte' }, { cacheDir: 'unused' })).rejects.toThrow(
      /no data folder was given .*GLUE\/RTE\/train\.tsv/,
    );
  });

  it('says of an empty file that it is empty, and of bytes that are not UTF-8 that they are not', async () => {
    await expect(build({ name: 'sst2' }, await sourcesWith({ ...files, 'SST-2/train.tsv': '' }))).rejects.toThrow(
      /train\.tsv: the file is empty/,
    );
    const broken = { ...files, 'SST-2/train.tsv': Uint8Array.of(0x73, 0xff, 0x0a) };
    await expect(build({ name: 'sst2' }, await sourcesWith(broken))).rejects.toThrow(/train\.tsv: not UTF-8/);
  });

  it('names a column the file lacks and a row with a missing cell', async () => {
    const lacking = { ...files, 'SST-2/train.tsv': 'sentence\tmark\nx\t1' };
    await expect(build({ name: 'sst2' }, await sourcesWith(lacking))).rejects.toThrow(
      /train\.tsv:1: no column "label"; the file has: sentence, mark/,
    );
    const short = { ...files, 'SST-2/train.tsv': 'sentence\tlabel\nx\t1\ny' };
    await expect(build({ name: 'sst2' }, await sourcesWith(short))).rejects.toThrow(
      /train\.tsv:3: column "label": expected 2 cells, got 1/,
    );
  });
});

describe('the hub', () => {
  const table = (split: string) =>
    parquet([
      { name: 'sentence', data: [`${split} good `, `${split} bad`], type: 'STRING' },
      { name: 'label', data: [1n, 0n], type: 'INT64' },
      { name: 'idx', data: [0, 1], type: 'INT32' },
    ]);
  const hub = () =>
    hubOf({
      'nyu-mll/glue/sst2/train-00000-of-00001.parquet': table('train'),
      'nyu-mll/glue/sst2/validation-00000-of-00001.parquet': table('dev'),
    });

  it('serves what the data folder lacks, from a pinned revision, once', async () => {
    const { fetchFile, asked } = hub();
    const heard: number[] = [];
    const sources = {
      ...(await sourcesWith({})),
      fetchFile,
      onProgress: (_: string, fraction: number) => heard.push(fraction),
    };
    const config = { name: 'sst2', protocol: 'dev-is-both' };
    const { splits } = await build(config, sources);
    expect(splits.train).toEqual([
      { id: 'train:0', text: 'train good', label: 1 },
      { id: 'train:1', text: 'train bad', label: 0 },
    ]);
    expect(splits.test[0]!.text).toBe('dev good');
    expect(asked.map(({ revision }) => revision.length)).toEqual([40, 40]);
    expect(heard).toEqual([0.5, 1, 0.5, 1]);
    expect((await build(config, sources)).splits).toEqual(splits);
    expect(asked).toHaveLength(2);
  });

  it('prefers the data folder', async () => {
    const { fetchFile, asked } = hub();
    await build({ name: 'sst2', validation: 20 }, { ...(await sourcesWith(files)), fetchFile });
    expect(asked).toEqual([]);
  });
});

describe('lengths', () => {
  it('counts words of text and pair', () => {
    const example = (text: string, pair?: string) => ({
      id: text,
      text,
      label: 0,
      ...(pair === undefined ? {} : { pair }),
    });
    const train = [example('a b', 'c'), example('a'), example('a b c d e'), example('')];
    expect(lengths({ train, validation: [], test: [example('x')] }).train).toEqual({
      examples: 4,
      min: 0,
      mean: 2.25,
      median: 2,
      p95: 5,
      max: 5,
    });
  });
});
