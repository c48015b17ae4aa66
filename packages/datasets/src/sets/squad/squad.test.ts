import { describe, expect, it } from 'vitest';
import { build, hubOf, parquet, realData, sourcesWith } from '../../../test/fixtures.ts';
import { readSquad } from '../squad-file.ts';

const paragraph = (context: string, answer: string, start: number, id: string) => ({
  context,
  qas: [{ id, question: 'Who? ', answers: [{ text: answer, answer_start: start }] }],
});
const file = (...paragraphs: object[]) => JSON.stringify({ version: '1.1', data: [{ title: 't', paragraphs }] });
const dev = file(paragraph('Ada wrote it.', 'Ada', 0, 'd1'));

describe('squad', () => {
  it('reads questions with answers and their spans, and keeps a paragraph on one side', async () => {
    const context = (i: number) => `Name${i} came. `;
    const train = file(...Array.from({ length: 6 }, (_, i) => paragraph(context(i % 3), `Name${i % 3}`, 0, `t${i}`)));
    const sources = await sourcesWith({ 'squad/train-v1.1.json': train, 'squad/dev-v1.1.json': dev });
    const { splits, task } = await build({ name: 'squad', validation: 2 }, sources);
    expect(task).toEqual({ kind: 'extractive-qa' });
    expect(splits.test).toEqual([
      { id: 'd1', text: 'Who?', pair: 'Ada wrote it.', label: 0, references: ['Ada'], spans: [[0, 3]] },
    ]);
    expect(new Set(splits.validation.map(({ pair }) => pair)).size).toBe(1);
    expect(splits.train.filter(({ pair }) => pair === splits.validation[0]!.pair)).toEqual([]);
  });

  it('names an answer that does not stand at its offset, and a question without an answer', async () => {
    const files = (train: string) => sourcesWith({ 'squad/train-v1.1.json': train, 'squad/dev-v1.1.json': dev });
    const both = { name: 'squad', protocol: 'dev-is-both' };
    await expect(build(both, await files(file(paragraph('Ada wrote it.', 'Ada', 1, 'x'))))).rejects.toThrow(
      /train-v1\.1\.json:1: column "answer_start": question x: "Ada" does not stand at 1/,
    );
    const none = file({ context: 'c', qas: [{ id: 'y', question: 'q', answers: [] }] });
    await expect(build(both, await files(none))).rejects.toThrow(/question y has no answer/);
    await expect(build(both, await files('{"data": 3}'))).rejects.toThrow(/train-v1\.1\.json: at "data"/);
    await expect(build(both, await files('{'))).rejects.toThrow(/not valid JSON/);
  });

  it('reads the hub form', async () => {
    const table = parquet([
      { name: 'id', data: ['h1'], type: 'STRING' },
      { name: 'title', data: ['t'], type: 'STRING' },
      { name: 'context', data: ['Ada wrote it.'], type: 'STRING' },
      { name: 'question', data: ['Who?'], type: 'STRING' },
      { name: 'answers', data: [{ text: ['Ada'], answer_start: [0] }], type: 'JSON' },
    ]);
    const hub = hubOf({
      'rajpurkar/squad/plain_text/train-00000-of-00001.parquet': table,
      'rajpurkar/squad/plain_text/validation-00000-of-00001.parquet': table,
    });
    const { splits } = await build({ name: 'squad', protocol: 'dev-is-both' }, { ...(await sourcesWith({})), ...hub });
    expect(splits.test[0]).toMatchObject({ id: 'h1', references: ['Ada'], spans: [[0, 3]] });
  });

  const real = realData('squad/xquad.en.json');
  it.skipIf(!real)('reads 1,190 real questions on 240 paragraphs (skipped where the file is absent)', async () => {
    const { rows } = await readSquad(real!, false, 'error');
    expect(rows).toHaveLength(1190);
    expect(new Set(rows.map(({ pair }) => pair)).size).toBe(240);
  });
});
