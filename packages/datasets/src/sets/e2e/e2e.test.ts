import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { build, realData, sourcesWith } from '../../../test/fixtures.ts';
import { gatherReferences } from '../text-task.ts';
import { parseE2e } from './e2e.ts';

const csv = [
  'mr,ref',
  '"name[A], food[B]","A, the ""best"" B."',
  '"name[A], food[B]",B at A.',
  'name[C],C is here.',
  '',
].join('\n');
const files = (train = csv) => ({ 'e2e/trainset.csv': train, 'e2e/devset.csv': csv, 'e2e/testset_w_refs.csv': csv });

describe('e2e', () => {
  it('has a row for each reference in train, and one for each input in test', async () => {
    const { splits } = await build({ name: 'e2e' }, await sourcesWith(files()));
    expect(splits.train.map(({ references }) => references)).toEqual([
      ['A, the "best" B.'],
      ['B at A.'],
      ['C is here.'],
    ]);
    expect(splits.test).toEqual([
      { id: 'test:0', text: 'name[A], food[B]', label: 0, references: ['A, the "best" B.', 'B at A.'] },
      { id: 'test:2', text: 'name[C]', label: 0, references: ['C is here.'] },
    ]);
  });

  it('trains on the dev file where it is told to, and never on an input that is held out', async () => {
    const rows = Array.from({ length: 70 }, (_, i) => `"name[${i}]",One ${i}.\n"name[${i}]",Two ${i}.`).join('\n');
    const sources = await sourcesWith({ 'e2e/devset.csv': `mr,ref\n${rows}\n`, 'e2e/testset_w_refs.csv': csv });
    const { splits } = await build({ name: 'e2e', trainFile: 'dev' }, sources);
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([20, 60, 2]);
    const held = new Set(splits.validation.map(({ text }) => text));
    expect(splits.train.some(({ text }) => held.has(text))).toBe(false);
    await expect(build({ name: 'e2e', trainFile: 'dev' }, await sourcesWith(files()))).rejects.toThrow(/60 inputs/);
  });

  it('names file, line and column of an empty reference, and the line of an open quote', async () => {
    await expect(build({ name: 'e2e' }, await sourcesWith(files('mr,ref\na,b\nc,')))).rejects.toThrow(
      /trainset\.csv:3: column "ref": the reference is empty/,
    );
    await expect(build({ name: 'e2e' }, await sourcesWith(files('mr,ref\n"a,b')))).rejects.toThrow(
      /trainset\.csv: not valid CSV .*line 2/i,
    );
  });

  const real = realData('e2e');
  it.skipIf(!real)('has the published counts on the real files (skipped where they are absent)', async () => {
    const read = async (file: string) => parseE2e(file, await readFile(`${real!}/${file}`, 'utf8'), 'x', 'error');
    const [dev, test] = [await read('devset.csv'), await read('testset_w_refs.csv')];
    expect([dev.rows.length, gatherReferences(dev).rows.length]).toEqual([4672, 547]);
    expect([test.rows.length, gatherReferences(test).rows.length]).toEqual([4693, 630]);
  });
});
