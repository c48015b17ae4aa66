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

  it('makes prompts with the options listed, or not, after solved questions of the subject', async () => {
    const files = {
      'mmlu/dev/old_maths_dev.csv': headed,
      'mmlu/dev/other_dev.csv': 'x?,p,q,r,s,C\n',
      'mmlu/test/old_maths_test.csv': 'What is 2 + 1?,3,5,7,9,A\n',
    };
    const prompts = async (options: object) => build({ name: 'mmlu', ...options }, await sourcesWith(files));
    const { task, splits } = await prompts({ choices: 'letter', shots: 1 });
    expect(task).toEqual({ kind: 'multiple-choice', classes: ['A', 'B', 'C', 'D'] });
    expect(splits.test).toEqual([
      {
        id: 'test:old_maths:0',
        label: 0,
        text:
          'The following are multiple choice questions (with answers) about old maths.\n\n' +
          'What is 1 + 1?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: B\n\n' +
          'What is 2 + 1?\nA. 3\nB. 5\nC. 7\nD. 9\nAnswer:',
        references: [' A', ' B', ' C', ' D'],
      },
    ]);
    expect(splits.train[1]).toMatchObject({ label: 2, references: [' A', ' B', ' C', ' D'] });
    const [asked] = (await prompts({ choices: 'text' })).splits.test;
    expect(asked?.text).toBe(
      'The following are questions (with answers) about old maths.\n\nQuestion: What is 2 + 1?\nAnswer:',
    );
    expect(asked?.references).toEqual([' 3', ' 5', ' 7', ' 9']);
    await expect(prompts({ choices: 'letter', shots: 2 })).rejects.toThrow(
      'dataset mmlu: shots is 2; the dev split has 1 questions about old maths',
    );
    await expect(prompts({ shots: 2 })).rejects.toThrow('dataset mmlu: shots needs choices, letter or text');
  });

  const real = realData('mmlu/dev');
  it.skipIf(!real)('has 57 subjects of five on the real dev files (skipped where they are absent)', async () => {
    const { rows } = await readFolder(real!, 'dev', 'error');
    expect(rows).toHaveLength(285);
    expect(new Set(rows.map(({ id }) => id.split(':')[1])).size).toBe(57);
  });
});
