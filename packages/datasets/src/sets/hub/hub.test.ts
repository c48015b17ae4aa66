import { describe, expect, it } from 'vitest';
import { build, hubOf, parquet, sourcesWith } from '../../../test/fixtures.ts';

const revision = '0123456789abcdef0123456789abcdef01234567';
const table = parquet([
  { name: 'sentence', data: ['good', 'bad', 'fine'], type: 'STRING' },
  { name: 'label', data: [1n, 0n, 1n], type: 'INT64' },
]);
const config = { name: 'hub', repo: 'owner/name', revision, train: 'a/train.parquet', columns: { text: 'sentence' } };

describe('hub', () => {
  it('reads any table of a pinned repository', async () => {
    const hub = hubOf({
      'owner/name/a/train.parquet': table,
      'owner/name/test.csv': new TextEncoder().encode('sentence,label\nx,0\n'),
    });
    const sources = { ...(await sourcesWith({})), ...hub };
    const { splits, task } = await build({ ...config, test: 'test.csv', validationSize: 1 }, sources);
    expect(task).toEqual({ kind: 'classification', classes: ['0', '1'] });
    expect([splits.train.length, splits.validation.length]).toEqual([2, 1]);
    expect(splits.test).toEqual([{ id: 'test:0', text: 'x', label: 0 }]);
    expect(hub.asked.every((file) => file.revision === revision)).toBe(true);
  });

  it('wants a commit hash, and a readable parquet file', async () => {
    const sources = {
      ...(await sourcesWith({})),
      ...hubOf({ 'owner/name/a/train.parquet': new Uint8Array([1, 2, 3]) }),
    };
    await expect(build({ ...config, revision: 'main' }, sources)).rejects.toThrow(/whole commit hash/);
    await expect(build(config, sources)).rejects.toThrow(/not a readable parquet file/);
  });
});
