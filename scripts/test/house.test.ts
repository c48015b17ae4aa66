import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { breachesOf } from '../house/check.ts';
import { countFile } from '../house/measure.ts';
import { readCode, readMarkdown } from '../house/sources.ts';

/** A repository of these files, read as the house reads its own. */
const readHouse = (files: { readonly [path: string]: string }) => {
  const root = mkdtempSync(join(tmpdir(), 'house-'));
  execFileSync('git', ['init', '--quiet', root]);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { code: readCode(root), pages: readMarkdown(root) };
};
const breaches = (files: { readonly [path: string]: string }): readonly string[] => {
  const { code, pages } = readHouse(files);
  return breachesOf(code, pages).map(({ path, sentence }) => `${path}: ${sentence}`);
};

const words = 'word '.repeat(30);

it('counts casts and non-null marks, and neither `as const` nor what stands in a string or a comment', () => {
  const text = [
    `import { a as b } from './b.ts'; // x as T, x!`,
    `export const one = b as unknown as string;`,
    `export const two = <number>b;`,
    `export const three = ['x as T', 'x!'] as const;`,
    `export const four = b!.c![0]! !== 1 && !b;`,
  ];
  const { code } = readHouse({ 'packages/x/src/a.ts': `${text.join('\n')}\n` });
  expect(code.map(countFile)).toMatchObject([{ lines: 5, casts: 3, nonNull: 3 }]);
});

it('tells long lines of code from long comments, and leaves addresses alone', () => {
  const text = [
    `// ${words}`,
    `export const text = '${words}';`,
    `/** see https://example.org/${'x'.repeat(100)} */`,
    `export const two = \`\n// ${words}\`;`,
    ``,
  ];
  const { code } = readHouse({ 'bench/a.ts': text.join('\n') });
  expect(code.map(countFile)).toMatchObject([{ longCode: 2, longComments: 1 }]);
});

it('finds a file that is too long, and accepts one of the greatest length', () => {
  const file = (lines: number) => '// x\n'.repeat(lines);
  expect(breaches({ 'bench/long.ts': file(251), 'bench/whole.ts': file(250) })).toEqual([
    'bench/long.ts: 251 lines, allowed are 250',
  ]);
});

it('finds an exported name that two files declare, but not one that is passed on or used in a test', () => {
  expect(
    breaches({
      'packages/a/src/a.ts': `export const sum = 1;\n`,
      'packages/a/src/index.ts': `export { sum } from './a.ts';\n`,
      'packages/b/src/b.ts': `export type sum = 1;\nconst local = 2;\nexport { local };\n`,
      'packages/b/test/b.test.ts': `export const sum = 3;\n`,
    }),
  ).toEqual([
    'packages/a/src/a.ts: exports sum, and so does packages/b/src/b.ts:1',
    'packages/b/src/b.ts: exports sum, and so does packages/a/src/a.ts:1',
  ]);
});

it.each(['export type Partial = 1;', 'class Map {}', 'const process = 1;', 'interface Proxy {}'])(
  'finds the hidden built-in of %s',
  (text) => expect(breaches({ 'bench/a.ts': `${text}\n` })).toHaveLength(1),
);

it('knows where tests lie', () => {
  expect(
    breaches({
      'packages/a/src/lora/lora.test.ts': '',
      'packages/a/test/deep/any.test.ts': '',
      'packages/a/src/lora/other.test.ts': '',
    }),
  ).toEqual([
    'packages/a/src/lora/other.test.ts: a test lies in test/, or in the folder of a catalogue entry and has its name',
  ]);
});

it('finds prose over 100 columns, but no table, code, heading, address or rendered result', () => {
  const page = ['# ' + words, words, `| ${words} |`, '```', words, '```', `- ${words}`, `see https://x.org ${words}`];
  expect(breaches({ 'README.md': page.join('\n'), 'results/README.md': words })).toEqual([
    'README.md: line 2 is longer than 100 columns',
    'README.md: line 7 is longer than 100 columns',
  ]);
});
