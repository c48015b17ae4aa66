import { describe, expect, it } from 'vitest';
import { build, hubOf, parquet, realData, sourcesWith } from '../../../test/fixtures.ts';
import { readDataJson } from '../../read/json.ts';
import { z } from 'zod';
import { parseAlpaca } from './alpaca.ts';

const rows = Array.from({ length: 6 }, (_, i) => ({
  instruction: `Do ${i}`,
  input: i % 2 ? `with ${i}` : '',
  output: `Done ${i}`,
}));
const config = { name: 'alpaca', validation: 1, test: 2 };

describe('alpaca', () => {
  it('reads instructions, inputs and outputs, and splits by the seed', async () => {
    const sources = await sourcesWith({ 'alpaca/alpaca_data_cleaned.json': JSON.stringify(rows) });
    const { splits } = await build(config, sources);
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([3, 1, 2]);
    const all = [...splits.train, ...splits.validation, ...splits.test].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(all[0]).toEqual({
      id: 'row:0',
      text:
        'Below is an instruction that describes a task. Write a response that appropriately completes the request.' +
        '\n\n### Instruction:\nDo 0\n\n### Response:',
      label: 0,
      references: ['Done 0'],
    });
    expect(all[1]?.text).toBe(
      'Below is an instruction that describes a task, paired with an input that provides further context. ' +
        'Write a response that appropriately completes the request.' +
        '\n\n### Instruction:\nDo 1\n\n### Input:\nwith 1\n\n### Response:',
    );
  });

  it('names the row with an empty output', async () => {
    const broken = [...rows, { instruction: 'x', input: '', output: ' ' }];
    const sources = await sourcesWith({ 'alpaca/alpaca_data.json': JSON.stringify(broken) });
    await expect(build({ ...config, variant: 'original' }, sources)).rejects.toThrow(
      /alpaca_data\.json:7: column "output": the output is empty/,
    );
  });

  it('reads the parquet form of the hub', async () => {
    const columns = ['instruction', 'input', 'output'] as const;
    const table = parquet(
      columns.map((name) => ({ name, data: rows.map((row) => row[name]), type: 'STRING' as const })),
    );
    const hub = hubOf({ 'tatsu-lab/alpaca/data/train-00000-of-00001-a09b74b3ef9c3b56.parquet': table });
    const { splits } = await build({ ...config, variant: 'original' }, { ...(await sourcesWith({})), ...hub });
    expect(splits.train).toHaveLength(3);
  });

  const real = realData('alpaca/alpaca_en_demo.json');
  it.skipIf(!real)('reads 999 real rows (skipped where the file is absent)', async () => {
    const raw = readDataJson(real!, z.array(z.unknown()));
    expect(parseAlpaca(real!, raw, 'error').rows).toHaveLength(999);
  });
});
