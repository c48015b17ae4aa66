import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

const file = JSON.stringify({
  data: [
    {
      title: 't',
      paragraphs: [
        {
          context: 'Ada wrote it.',
          qas: [
            { id: 'a', question: 'Who?', is_impossible: false, answers: [{ text: 'Ada', answer_start: 0 }] },
            {
              id: 'b',
              question: 'When?',
              is_impossible: true,
              answers: [],
              plausible_answers: [{ text: 'it', answer_start: 10 }],
            },
          ],
        },
      ],
    },
  ],
});

describe('squad2', () => {
  it('keeps questions without an answer, with neither references nor spans', async () => {
    const sources = await sourcesWith({ 'squad/train-v2.0.json': file, 'squad/dev-v2.0.json': file });
    const { splits } = await build({ name: 'squad2', protocol: 'dev-is-both' }, sources);
    expect(splits.test.map(({ references }) => references)).toEqual([['Ada'], []]);
    expect(splits.test[1]).toMatchObject({ id: 'b', spans: [] });
  });
});
