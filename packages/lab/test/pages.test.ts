import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommandLine } from './bad-input/command-line.ts';
import { commandsOf, pagesIn, wordsOf } from './pages/commands.ts';
import { scratch } from './cli.ts';
import { tinyCheckpoint } from './tiny.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { out: folder, remove } = scratch();
const own = (path: string): string => join(folder, path);
const line = openCommandLine({ cwd: folder, limit: 600 });

const csv = (head: string, row: (i: number) => string): string =>
  `${[head, ...Array.from({ length: 60 }, (_, i) => row(i))].join('\n')}\n`;
const label = (i: number): string => (i % 2 ? 'positive' : 'negative');

beforeAll(() => {
  writeFileSync(
    own('reviews.csv'),
    csv('text,label', (i) => `"Sound number ${i}, ${i % 2 ? 'fine' : 'poor'}",${label(i)}`),
  );
  writeFileSync(
    own('more.csv'),
    csv('text,label', (i) => `another sound ${i},${label(i)}`),
  );
  writeFileSync(
    own('pairs.csv'),
    csv('premise,hypothesis,label', (i) => `it is number ${i},it is ${i},${label(i)}`),
  );
  tinyCheckpoint('bert-pooler', own('my-bert'));
  cpSync(join(root, 'packages/lab/test/fixtures/imports/lora'), own('my-adapter'), { recursive: true });
  writeFileSync(
    own('topics.csv'),
    csv('text,label', (i) => `tea ${i},${['sport', 'trade', 'weather'][i % 3] ?? ''}`),
  );
});
afterAll(() => {
  line.close();
  remove();
});

/** The study that was written, as small as it can be. */
const shrink = (name: string): void => {
  const path = own(name);
  const smaller: readonly (readonly [RegExp, string])[] = [
    [/epochs: \d+/, 'epochs: 3'],
    [/members: 8/, 'members: 2'],
    [/maxTokens: \d+/, 'maxTokens: 8'],
    [/^seeds: .*$/m, 'seeds: [2, 3]'],
    [/trials: \d+/, 'trials: 2'],
    [/seeds: \[0, 1\]/, 'seeds: [0]'],
    [/rungs: \[2\]/, 'rungs: [1]'],
    [/^ {2}hiddenkey: .*\n/m, ''],
    [/^ {2}lora-dropout: \{ p/m, '  lora-dropout: { samples: 1, p'],
    [/^ {4}hiddenkey: .*\n/m, ''],
  ];
  writeFileSync(
    path,
    smaller.reduce((text, [from, to]) => text.replace(from, to), readFileSync(path, 'utf8')),
  );
};

const studyOf = (args: readonly string[]): string => args[args.indexOf('--to') + 1] ?? 'study.yaml';

const pages = pagesIn(root);

describe('the commands of our pages', () => {
  it.each(pages)(
    '$page: every one ends well, or says why it cannot be tried here',
    async ({ commands }) => {
      const begins = commands.some(({ text }) => /init reviews\.csv *($|#)/.test(text));
      rmSync(own('study.yaml'), { force: true });
      if (!begins) {
        expect(await line.lab('init', 'reviews.csv', '--yes', '--no-time')).toMatchObject({ code: 0 });
        shrink('study.yaml');
      }
      let id = '';
      for (const { text, notRun } of commands) {
        if (notRun !== null) continue;
        const [npm, run, lab, dashes, ...args] = wordsOf(text.replace('<id>', id));
        expect([npm, run, lab, dashes], text).toEqual(['npm', 'run', 'lab', '--']);
        // The tiny checkpoint has few positions.
        const small = args[0] === 'import' ? ['train.maxTokens=8', 'members=2'] : [];
        const { code, message, shown = '' } = await line.lab(...args, ...small);
        expect([code, text, code === 0 ? '' : message]).toEqual([0, text, '']);
        if (args[0] === 'init') shrink(args.includes('--to') ? studyOf(args) : 'study.yaml');
        id = /^ {2}([0-9a-f]{16}) /m.exec(shown)?.[1] ?? id;
      }
    },
    600_000,
  );

  it('leave a report behind, named after the data', () => {
    expect(existsSync(own('out/reviews/quick-tuned/report.html'))).toBe(true);
    expect(readFileSync(own('out/reviews/quick-tuned/tables/scores.md'), 'utf8')).toContain('Data: reviews.');
  });

  it('are found with their reasons, and parted into words', () => {
    const page = 'a\n<!-- not run: no -->\n\n```sh\none   # first\n```\n\n```sh\ntwo\n```\n\n```ts\nthree\n```\n';
    expect(commandsOf('p', page).map(({ text, notRun }) => [text, notRun])).toEqual([
      ['one', 'no'],
      ['two', null],
    ]);
    expect(wordsOf(`a 'b c' d="e f" --set x='[1, 2]'`)).toEqual(['a', 'b c', 'd=e f', '--set', 'x=[1, 2]']);
    expect(pages.map(({ page }) => page)).toEqual(expect.arrayContaining(['README.md', 'docs/my-data.md']));
  });
});
