import { FsTree, flushChanges } from 'nx/src/generators/tree.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { KIND_NAMES, runGenerator, type KindName } from '../src/generate.ts';
import { changedFiles, copyRepository, runIn } from './scratch.ts';

const source = { title: 'A Paper Of Its Own', year: 2024, url: 'https://arxiv.org/abs/2400.00000' };
/** Nx itself runs this one; the others are called as Nx calls them. */
const BY_NX: KindName = 'method';

describe('what the generators write', () => {
  let copy = '';
  let changed: readonly string[] = [];

  beforeAll(async () => {
    copy = copyRepository();
    const flags = Object.entries(source).map(([key, value]) => `--${key}=${value}`);
    const { status, printed } = runIn(
      copy,
      'nx/dist/bin/nx.js',
      'generate',
      `@lab/generators:${BY_NX}`,
      'a-new-method',
      ...flags,
    );
    expect(status, printed).toBe(0);
    for (const kind of KIND_NAMES.filter((name) => name !== BY_NX)) {
      const tree = new FsTree(copy, false);
      const finish = await runGenerator(kind, tree, { name: `a-new-${kind}`, ...source });
      flushChanges(copy, tree.listChanges());
      if (kind === KIND_NAMES.at(-1)) finish();
    }
    changed = changedFiles(copy);
  }, 240_000);

  it('is a folder or file with a test, and a line in the catalogue, for each', () => {
    for (const kind of KIND_NAMES) {
      const own = changed.filter((path) => path.includes(`a-new-${kind}`));
      expect(
        own.filter((path) => path.endsWith('.test.ts')),
        kind,
      ).toHaveLength(1);
      expect(own.length, kind).toBeGreaterThanOrEqual(2);
    }
    expect(changed.filter((path) => !path.includes('a-new-')).sort()).toEqual([
      'experiments/index.ts',
      'experiments/schema.json',
      'packages/adapter/src/catalogue.ts',
      'packages/datasets/src/datasets.ts',
      'packages/dropout/README.md',
      'packages/dropout/src/laws/index.ts',
      'packages/dropout/src/methods.ts',
      'packages/models/src/families/index.ts',
      'packages/report/src/tables/index.ts',
    ]);
  });

  it('is formatted and linted', () => {
    const code = changed.filter((path) => path.endsWith('.ts'));
    const formatted = runIn(copy, 'prettier/bin/prettier.cjs', '--check', ...code);
    expect(formatted.status, formatted.printed).toBe(0);
    const linted = runIn(copy, 'eslint/bin/eslint.js', '--max-warnings', '0', ...code);
    expect(linted.status, linted.printed).toBe(0);
    const house = runIn(copy, 'tsx/dist/cli.mjs', 'scripts/house.ts', '--check');
    expect(house.status, house.printed).toBe(0);
  }, 120_000);

  it('is typed', () => {
    const typed = runIn(copy, 'typescript/bin/tsc', '-p', '.');
    expect(typed.status, typed.printed).toBe(0);
  }, 240_000);

  it('passes its own tests and those of its catalogue', () => {
    const shared = [
      'packages/adapter/test/laws.test.ts',
      'packages/datasets/test/catalogue.test.ts',
      'packages/dropout/test/catalogue.test.ts',
      'packages/dropout/test/laws.test.ts',
      'scripts/test/pages.test.ts',
    ];
    const tests = [...changed.filter((path) => path.endsWith('.test.ts')), ...shared];
    const tested = runIn(copy, 'vitest/vitest.mjs', 'run', ...tests);
    expect(tested.status, tested.printed).toBe(0);
  }, 600_000);
});

describe('a generator refuses', () => {
  const asked = (name: string) => runGenerator('law', new FsTree('/nowhere', false), { name });

  it.each(['', 'A', 'a_b', 'a--b', '-a', '../a', '1a'])('the name "%s"', async (name) => {
    await expect(asked(name)).rejects.toThrow(/small letters, digits and single hyphens/);
  });
});
