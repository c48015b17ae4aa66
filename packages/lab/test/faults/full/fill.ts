import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digest, isUnfinished } from '@lab/records';
import type { Row } from '../row.ts';
import { differing, type Faulty } from '../study.ts';
import { writeMaterial, type Material } from './material.ts';
import { quiet, writers, type Writer } from './writes.ts';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx/esm');

/** Why a limit on the size of files cannot be set here; null where it can. */
export const cannotLimit = (): string | null =>
  spawnSync('prlimit', ['--version']).status === 0 ? null : 'there is no prlimit (Linux, util-linux)';

/** `lab` with a disk that is full from the first file that fits `full` on; null: with room. */
const lab = ({ preload, root }: Material, { args, env }: Writer, full: string | null) => {
  const seen = join(root, 'seen');
  rmSync(seen, { force: true });
  const limit = full === null ? {} : { LAB_FULL_AT: full, LAB_FULL_SEEN: seen };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, main, ...args()], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, ...env, ...limit, NODE_OPTIONS: `--import ${preload}` },
  });
  return { code: status, stderr, said: `${stdout}${stderr}`, reached: existsSync(seen) };
};

/** Checksums of all files below a folder, by path. */
const filesBelow = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, digest(readFileSync(path))] as const),
  );

/** Downloads go on from what has come. */
const isHalf = (path: string): boolean => isUnfinished(path) && !path.endsWith('.part');

/** What is wrong with how a command ended whose file did not fit; null: nothing. */
const complaint = (material: Material, writer: Writer, file: string): string | null => {
  const isQuiet = quiet.includes(file);
  const before = filesBelow(material.root);
  const { code, stderr, said, reached } = lab(material, writer, file);
  const changed = [...filesBelow(material.root)].filter(([path, sum]) => before.get(path) !== sum);
  const half = changed.find(
    ([path]) => isHalf(path) || (!isQuiet && !isUnfinished(path) && new RegExp(file).test(path)),
  );
  const sentence = /cannot (?:write|create) (.*): the limit on the size of a file is reached; .+/.exec(stderr);
  if (!reached) return `was not written: ${said.slice(-300)}`;
  if (code !== 2) return `ended with ${code}: ${said.slice(-300)}`;
  if (/\n\s+at /.test(stderr)) return `a stack trace: ${stderr.slice(0, 300)}`;
  if (sentence === null || (!isQuiet && !new RegExp(file).test(sentence[1] ?? '')))
    return `no sentence names it: ${stderr.slice(-300)}`;
  return half === undefined ? null : `half-written: ${half[0]}`;
};

/**
 * Has every command meet a full disk at every kind of file that it writes, one after the other, and
 * then lets it go on with room. `only`: some of the commands. Throws for one that does not end in
 * one sentence and exit code 2, that leaves a part of a file, or that does not go on.
 */
export const fillAtEveryWrite = (study: Faulty, whole: string, only?: readonly string[]): Row => {
  const root = join(study.root, 'full');
  const material = writeMaterial(root);
  const asked = writers(study, material).filter(({ what }) => only?.includes(what) ?? true);
  let tried = 0;
  const wrong: string[] = [];
  for (const writer of asked) {
    const { what, files, then = 0 } = writer;
    for (const file of files) {
      const bad = complaint(material, writer, file);
      if (bad !== null) wrong.push(`${what}, ${file}: ${bad}`);
      tried += 1;
    }
    const { code, said } = lab(material, writer, null);
    if (code !== then) wrong.push(`${what}, with room: ${code} ${said.slice(-600)}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return {
    fault: 'a disk that is full from one kind of file on',
    tried,
    how: `${tried} kinds of file of ${asked.length} commands, by a limit on the size of files`,
    lost: 0,
    twice: 0,
    unequal: existsSync(join(root, 'out', 'runs')) ? differing(whole, join(root, 'out')).length : 0,
    then: 'one sentence that names the file, exit code 2, no part of it stays; with room the same command goes on',
  };
};
