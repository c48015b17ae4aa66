import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

const entries = [
  {
    '1': {
      category: 'Airport',
      lexicalisations: [{ comment: 'good', lex: 'A lies in B. ', xml_id: 'Id1' }, { lex: 'B has A.' }],
      modifiedtripleset: [
        { subject: 'Aarhus_Airport', property: 'cityServed', object: 'Aarhus' },
        { subject: 'Aarhus', property: 'country', object: 'Denmark' },
      ],
      size: '2',
    },
  },
];
const json = JSON.stringify({ entries });

describe('webnlg', () => {
  it('reads triples and texts, one row for each text in train', async () => {
    const sources = await sourcesWith({ 'webnlg/train.json': json, 'webnlg/dev.json': json, 'webnlg/test.json': json });
    const { splits } = await build({ name: 'webnlg' }, sources);
    expect(splits.test).toEqual([
      {
        id: 'test:Airport:0',
        text: 'Aarhus Airport : cityServed : Aarhus | Aarhus : country : Denmark',
        label: 0,
        references: ['A lies in B.', 'B has A.'],
      },
    ]);
    expect(splits.train.map(({ references }) => references)).toEqual([['A lies in B.'], ['B has A.']]);
  });

  it('names the place in the file that does not fit', async () => {
    const bad = JSON.stringify({ entries: [{ '1': { ...entries[0]!['1'], lexicalisations: [] } }] });
    const sources = await sourcesWith({ 'webnlg/train.json': bad, 'webnlg/dev.json': json, 'webnlg/test.json': json });
    await expect(build({ name: 'webnlg' }, sources)).rejects.toThrow(
      /train\.json: at "entries\.0\.1\.lexicalisations"/,
    );
  });
});
