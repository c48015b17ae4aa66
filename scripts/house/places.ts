import { basename, dirname } from 'node:path/posix';

/**
 * Whether a test lies where tests lie. The test of a catalogue's entry lies in the entry's folder
 * and has its name: `src/<name>/<name>.test.ts`. Every other test of a package lies in the
 * package's `test/`.
 */
const isWellPlaced = (path: string): boolean => {
  if (/^packages\/[^/]+\/test\//.test(path) || !path.startsWith('packages/')) return true;
  return basename(path) === `${basename(dirname(path))}.test.ts`;
};

/** The tests that lie elsewhere. */
export const misplacedTests = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => path.endsWith('.test.ts') && !isWellPlaced(path));
