import { describe, expect, it } from 'vitest';
import { build, realData, sourcesWith } from '../../../test/fixtures.ts';

const paragraph = (i: number) => ({
  context: `Name${i} came. Then Name${i} went.`,
  qas: ['who', 'again'].map((q) => ({
    id: `${q}${i}`,
    question: `${q}?`,
    answers: [{ text: `Name${i}`, answer_start: 0 }],
  })),
});
const file = JSON.stringify({ data: [{ paragraphs: Array.from({ length: 8 }, (_, i) => paragraph(i)) }] });
const read = async (options: object, seed = 1) =>
  build(
    { name: 'xquad', test: 4, validation: 2, ...options },
    await sourcesWith({ 'squad/xquad.en.json': file }),
    seed,
  );

describe('xquad', () => {
  it('keeps paragraphs together, and the test split for every seed', async () => {
    const [one, other] = [await read({}, 1), await read({}, 2)];
    expect(one.task).toEqual({ kind: 'extractive-qa' });
    const { train, validation, test } = one.splits;
    expect([train.length, validation.length, test.length]).toEqual([10, 2, 4]);
    const contexts = [train, validation, test].map((split) => new Set(split.map(({ pair }) => pair)));
    expect(contexts.reduce((sum, { size }) => sum + size, 0)).toBe(8);
    expect(other.splits.test).toEqual(test);
    expect(one.splits.train[0]).toMatchObject({ text: 'who?', spans: [[0, 5]] });
  });

  it('says what is missing and how to get it, and refuses splits that leave nothing', async () => {
    await expect(build({ name: 'xquad' }, await sourcesWith({}))).rejects.toThrow(
      /squad\/xquad\.en\.json: no such file; to get it: download xquad\.en\.json from google-deepmind\/xquad/,
    );
    await expect(read({ test: 14, validation: 2 })).rejects.toThrow('test + validation must stay below 16; got 16');
  });

  const real = realData('squad/xquad.en.json');
  it.skipIf(!real)('splits the real file (skipped where it is absent)', async () => {
    const { splits } = await build(
      { name: 'xquad' },
      { dataDir: real!.replace(/squad\/xquad\.en\.json$/, ''), cacheDir: '' },
    );
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([690, 100, 400]);
  });
});
