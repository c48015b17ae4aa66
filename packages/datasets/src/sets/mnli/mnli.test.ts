import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

/** Train and dev have different columns before the label, as in the original files. */
const train = [
  'index\tpromptID\tsentence1\tsentence2\tlabel1\tgold_label',
  '0\t1\tHe ran.\tHe moved.\tneutral\tentailment',
];
const dev = (label: string) => [
  'index\tpromptID\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label',
  `0\t1\tHe ran.\tHe slept.\tneutral\tneutral\t${label}`,
];
const files = (label = 'contradiction') => ({
  'GLUE/MNLI/train.tsv': train.join('\n'),
  'GLUE/MNLI/dev_matched.tsv': dev(label).join('\n'),
  'GLUE/MNLI/dev_mismatched.tsv': dev('neutral').join('\n'),
});

describe('mnli', () => {
  it('finds the label by name, and keeps the mismatched set elsewhere', async () => {
    const { splits, elsewhere } = await build({ name: 'mnli', protocol: 'dev-is-both' }, await sourcesWith(files()));
    expect(splits.train[0]).toEqual({ id: 'train:0', text: 'He ran.', pair: 'He moved.', label: 0 });
    expect(splits.test[0]).toMatchObject({ id: 'validation_matched:0', label: 2 });
    expect(elsewhere!['mismatched']![0]).toMatchObject({ id: 'validation_mismatched:0', label: 1 });
  });

  it('takes a missing agreement for a malformed row', async () => {
    await expect(build({ name: 'mnli', protocol: 'dev-is-both' }, await sourcesWith(files('-')))).rejects.toThrow(
      /dev_matched\.tsv:2: column "gold_label": expected one of entailment, neutral, contradiction; got "-"/,
    );
  });
});
