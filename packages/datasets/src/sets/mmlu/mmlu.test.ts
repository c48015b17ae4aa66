import { describe, expect, it } from 'vitest';
import { build, hubOf, parquet, realData, sourcesWith } from '../../../test/fixtures.ts';
import { readFolder } from './read.ts';

const original = 'What is 1 + 1?,1,2,3,4,B\n"Which, if any?",a,b,c,"d, e",D\n';
const headed = 'question,choice0,choice1,choice2,choice3,answer\nWhat is 1 + 1?,1,2,3,4,1\n';

describe('mmlu', () => {
  it('reads both layouts', async () => {
    const sources = await sourcesWith({ 'mmlu/dev/maths_dev.csv': headed, 'mmlu/test/maths_test.csv': original });
    const { splits, task } = await build({ name: 'mmlu' }, sources);
    expect(task).toEqual({ kind: 'classification', classes: ['A', 'B', 'C', 'D'] });
    expect(splits.train).toEqual([
      { id: 'dev:maths:0', text: 'What is 1 + 1?', label: 1, references: ['1', '2', '3', '4'] },
    ]);
    expect(splits.test[1]).toEqual({
      id: 'test:maths:1',
      text: 'Which, if any?',
      label: 3,
      references: ['a', 'b', 'c', 'd, e'],
    });
    expect(splits.validation).toEqual([]);
  });

  it('names file, line and column of an answer that is none', async () => {
    const files = { 'mmlu/dev/x_dev.csv': headed, 'mmlu/test/x_test.csv': 'q,a,b,c,d,A\nq,a,b,c,d,E\n' };
    await expect(build({ name: 'mmlu' }, await sourcesWith(files))).rejects.toThrow(
      /x_test\.csv:2: column "answer": expected A to D or 0 to 3; got "E"/,
    );
    await expect(build({ name: 'mmlu' }, await sourcesWith({}))).rejects.toThrow(/mmlu\/dev: no such folder/);
  });

  it('reads the parquet form of the hub', async () => {
    const table = parquet([
      { name: 'question', data: ['q'], type: 'STRING' },
      { name: 'subject', data: ['maths'], type: 'STRING' },
      { name: 'choices', data: [['a', 'b', 'c', 'd']], type: 'JSON' },
      { name: 'answer', data: [2n], type: 'INT64' },
    ]);
    const path = (split: string) => `cais/mmlu/all/${split}-00000-of-00001.parquet`;
    const hub = hubOf({ [path('dev')]: table, [path('validation')]: table, [path('test')]: table });
    const { splits } = await build({ name: 'mmlu' }, { ...(await sourcesWith({})), ...hub });
    expect(splits.test).toEqual([{ id: 'test:maths:0', text: 'q', label: 2, references: ['a', 'b', 'c', 'd'] }]);
  });

  const real = realData('mmlu/dev');
  it.skipIf(!real)('has 57 subjects of five on the real dev files (skipped where they are absent)', async () => {
    const { rows } = await readFolder(real!, 'dev', 'error');
    expect(rows).toHaveLength(285);
    expect(new Set(rows.map(({ id }) => id.split(':')[1])).size).toBe(57);
  });
});
