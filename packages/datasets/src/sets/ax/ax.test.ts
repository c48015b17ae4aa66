import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

const train = [
  'index\tsentence1\tsentence2\tgold_label',
  ...[...'abcd'].map((c, i) => `${i}\tHe ran ${c}.\tHe moved.\tentailment`),
].join('\n');
const diagnostic = [
  'Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel',
  '\t\tNegation\t\tArtificial\tThe cat sat.\tThe cat did not sit.\tcontradiction',
].join('\n');

describe('ax', () => {
  it('tests on the labelled diagnostic file what is trained on mnli', async () => {
    const sources = await sourcesWith({
      'GLUE/MNLI/train.tsv': train,
      'GLUE/diagnostic/diagnostic-full.tsv': diagnostic,
    });
    const { splits } = await build({ name: 'ax', validation: 1 }, sources);
    expect(splits.test).toEqual([{ id: 'diagnostic:0', text: 'The cat sat.', pair: 'The cat did not sit.', label: 2 }]);
    expect([splits.train.length, splits.validation.length]).toEqual([3, 1]);
  });

  it('says which file is needed when only the unlabelled one is there', async () => {
    const sources = await sourcesWith({ 'GLUE/diagnostic/diagnostic.tsv': 'index\tsentence1\tsentence2\n0\ta\tb' });
    await expect(build({ name: 'ax' }, sources)).rejects.toThrow(
      /diagnostic-full\.tsv: no such file; to get it: take diagnostic-full/,
    );
  });
});
