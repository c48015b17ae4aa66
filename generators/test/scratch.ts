import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

/** The installed packages, by links; our own packages are those of the copy. */
const linkPackages = (copy: string): void => {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(join(to, '@lab'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@lab') symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, '@lab')))
    symlinkSync(readlinkSync(join(from, '@lab', name)), join(to, '@lab', name));
  // A version that only one package uses lies beside that package.
  for (const name of readdirSync(join(root, 'packages'))) {
    const own = join('packages', name, 'node_modules');
    if (existsSync(join(root, own))) symlinkSync(join(root, own), join(copy, own));
  }
};

/** Archives, figures and pages of results: no test of the copy reads them. */
const isLarge = (file: string): boolean => file.startsWith('results/') && !/\.csv$|report\.json$/.test(file);

/** A copy of the repository's own files, most results apart, with the installed packages. */
export const copyRepository = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'generators-'));
  const files = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  for (const file of files) {
    if (file === '' || isLarge(file) || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  linkPackages(copy);
  git(copy, 'init', '--quiet');
  git(copy, 'add', '--all');
  return copy;
};

/** Paths that differ from the copy as it was made. */
export const changedFiles = (copy: string): readonly string[] =>
  git(copy, 'status', '--porcelain', '--untracked-files=all')
    .split('\n')
    .filter((line) => /^(\?\?|.M)/.test(line))
    .map((line) => line.slice(3));

/** Runs a program of node_modules in the copy: its exit code and what it printed. */
export const runIn = (copy: string, program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, 'node_modules', program), ...args], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_INTERACTIVE: 'false' },
  });
  return { status, printed: stdout + stderr };
};
