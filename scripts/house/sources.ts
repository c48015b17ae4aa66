import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A tracked file of the repository, as text and as lines. */
export type TextFile = { readonly path: string; readonly text: string; readonly lines: readonly string[] };

/** A file of code with its syntax tree. */
export type CodeFile = TextFile & { readonly tree: ts.SourceFile };

/**
 * The files that git knows or would add, read from the working tree.
 *
 * @param root The repository.
 * @param wanted Whether a path, relative to the root with forward slashes, is asked for.
 */
const readTracked = (root: string, wanted: (path: string) => boolean): readonly TextFile[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path !== '' && wanted(path) && existsSync(join(root, path)))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, lines: text.split('\n') };
    });

/** Every file of code, parsed. Declaration files are left out: nobody writes them here. */
export const readCode = (root: string): readonly CodeFile[] =>
  readTracked(root, (path) => /\.(ts|mjs|js)$/.test(path) && !path.endsWith('.d.ts')).map((file) => ({
    ...file,
    tree: ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true),
  }));

/** Every page of prose. Pages under results/ are rendered from runs, so nobody wraps them. */
export const readMarkdown = (root: string): readonly TextFile[] =>
  readTracked(root, (path) => path.endsWith('.md') && !path.startsWith('results/'));

/** Whether a file is test code: a test, or a helper of tests. */
export const isTestCode = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/test/');

/**
 * The project a file belongs to: `packages/engine`, `bench`, `scripts`, or `.` for files at the
 * top.
 */
export const projectOf = (path: string): string => {
  const [first = '', second = ''] = path.split('/');
  if (first === path) return '.';
  return first === 'packages' && path.split('/').length > 2 ? `${first}/${second}` : first;
};
