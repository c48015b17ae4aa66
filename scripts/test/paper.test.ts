import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { filledPaper, paperPage, paperTemplate } from '../make/paper/page.ts';

const template = readFileSync(paperTemplate, 'utf8');
const faultsOf = async (text: string) => (await filledPaper(text)).faults;
const row = 'compare/quick/methods.csv : method=none';

it('docs/paper.md is what results/ say', async () => {
  const { text, faults } = await filledPaper();
  expect(faults).toEqual([]);
  expect(readFileSync(paperPage, 'utf8'), 'npm run paper').toBe(text);
});

it('every figure of the paper exists, and there are at most four', () => {
  const figures = [...template.matchAll(/<img\s[^>]*src="([^"]+)"/g)].map(([, path = '']) => path);
  expect(figures).not.toEqual([]);
  expect(figures.filter((path) => !existsSync(join(dirname(paperPage), path)))).toEqual([]);
  expect(figures.length).toBeLessThanOrEqual(4);
});

it('a place says what its file, row and column say', async () => {
  const { text, faults } = await filledPaper(
    `{{ ${row} : accuracy-own : 1% }}, {{ ${row} : trainable }}, {{ compare/quick/report.json : runs }}; ` +
      '{{ compare/quick/methods-tests.csv : method=lora-dropout : difference : +2% }}',
  );
  expect(faults).toEqual([]);
  expect(text).toMatch(/^\d\d\.\d ± \d\.\d, 117762, 30; [+-]\d\.\d\d \[-?\+?\d\.\d\d, \+\d\.\d\d\]\n$/);
});

it('a statement that results/ deny is a fault', async () => {
  const [low, high] = ['lora-dropout', 'none'].map((name) => `compare/quick/methods.csv : method=${name} : nll.mean`);
  expect(await faultsOf(`{{ holds : ${low} < ${high} }}`)).toEqual([]);
  expect(await faultsOf(`{{ holds : ${high} < ${low} }}`)).toHaveLength(1);
});

it.each([
  ['a file that is not there', '{{ compare/quick/nothing.csv : method=none : nll.mean : 3 }}'],
  ['a row that is not there', '{{ compare/quick/methods.csv : method=nobody : nll.mean : 3 }}'],
  ['a column that is not there', `{{ ${row} : nothing : 3 }}`],
  ['a row that is not the only one', '{{ compare/quick/methods.csv : nll.mean : 3 }}'],
  ['a bare number', 'The loss is 0.685.'],
  ['a bare count', 'There are 30 runs.'],
])('%s is a fault', async (_, text) => {
  expect(await faultsOf(text)).toHaveLength(1);
});

it('settings, years and references may hold digits', async () => {
  expect(await faultsOf('In 2024, section 3 and Table 1 have `alpha = 16` for RoBERTa-large and GPT2.')).toEqual([]);
});
