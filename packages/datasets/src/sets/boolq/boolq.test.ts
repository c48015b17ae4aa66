import { describe, expect, it } from 'vitest';
import { build, hubOf, parquet, sourcesWith } from '../../../test/fixtures.ts';

const row = (answer: unknown) => JSON.stringify({ question: 'is it so', title: 't', answer, passage: 'It is so. ' });

describe('boolq', () => {
  it('reads questions, passages and answers', async () => {
    const files = { 'BoolQ/train.jsonl': `${row(true)}\n${row(false)}\n`, 'BoolQ/dev.jsonl': row(false) };
    const { splits } = await build({ name: 'boolq', protocol: 'dev-is-both' }, await sourcesWith(files));
    expect(splits.train).toEqual([
      { id: 'train:0', text: 'is it so', pair: 'It is so.', label: 1 },
      { id: 'train:1', text: 'is it so', pair: 'It is so.', label: 0 },
    ]);
  });

  it('names file, line and column of what does not fit', async () => {
    const files = (bad: string) =>
      sourcesWith({ 'BoolQ/train.jsonl': `${row(true)}\n\n${bad}\n`, 'BoolQ/dev.jsonl': row(false) });
    await expect(build({ name: 'boolq' }, await files(row('yes')))).rejects.toThrow(/train\.jsonl:3: column "answer"/);
    await expect(build({ name: 'boolq' }, await files('{'))).rejects.toThrow(
      /train\.jsonl:3: column "\(whole line\)": not valid JSON/,
    );
  });

  it('reads the parquet form of the hub', async () => {
    const table = parquet([
      { name: 'question', data: ['is it'], type: 'STRING' },
      { name: 'answer', data: [true], type: 'BOOLEAN' },
      { name: 'passage', data: ['It is.'], type: 'STRING' },
    ]);
    const hub = hubOf({
      'google/boolq/data/train-00000-of-00001.parquet': table,
      'google/boolq/data/validation-00000-of-00001.parquet': table,
    });
    const { splits } = await build({ name: 'boolq', protocol: 'dev-is-both' }, { ...(await sourcesWith({})), ...hub });
    expect(splits.test).toEqual([{ id: 'dev:0', text: 'is it', pair: 'It is.', label: 1 }]);
  });
});
