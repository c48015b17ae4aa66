import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';
import { differing, doneIn, type Faulty } from './study.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Why file systems cannot be mounted here; null where they can. */
export const cannotMount = (): string | null => {
  const { status, stderr, error } = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  if (status === 0) return null;
  return `no file system of one's own can be mounted here (${error?.message ?? String(stderr).trim()})`;
};

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs a shell script in which `$OUT` is a tmpfs of that size and `lab` is this program; `$SAID`
 * keeps files.
 */
const onTmpfs = (study: Faulty, name: string, size: string, script: string) => {
  const said = join(study.root, name);
  const out = join(said, 'tmpfs');
  mkdirSync(out, { recursive: true });
  const lab = [process.execPath, '--import', import.meta.resolve('tsx/esm'), main].map(quoted).join(' ');
  const file = join(said, 'script.sh');
  writeFileSync(
    file,
    `OUT=${quoted(out)}; SAID=${quoted(said)}
mount -t tmpfs -o size=${size} tmpfs "$OUT" || exit 99
lab() { ${lab} "$@"; }
sweep() { lab worker ${quoted(study.file)} --scale short --out "$OUT" --workers 2; }
${script}
cp -r "$OUT/." "$SAID/out"
`,
  );
  mkdirSync(join(said, 'out'));
  const { status, stderr } = spawnSync('unshare', ['-rm', 'bash', file], { encoding: 'utf8', cwd: process.cwd() });
  if (status !== 0) throw new Error(`${name}: ${status} ${stderr}`);
  const text = (file: string) => readFileSync(join(said, file), 'utf8');
  return { out: join(said, 'out'), text };
};

/** Sweeps on file systems too small for them, then given room. */
export const fillDisk = (study: Faulty, whole: string, sizes: readonly string[]): Row => {
  let [unequal, lost] = [0, 0];
  for (const size of sizes) {
    const { out, text } = onTmpfs(
      study,
      `disk-${size}`,
      size,
      `sweep 2> "$SAID/first"; echo $? > "$SAID/code"
ls "$OUT"/runs/*/DONE > "$SAID/done" 2> /dev/null
cat $(cat "$SAID/done") /dev/null | sha256sum > "$SAID/before"
mount -o remount,size=200m "$OUT"
sweep 2> "$SAID/second"; echo $? > "$SAID/second-code"
cat $(cat "$SAID/done") /dev/null | sha256sum > "$SAID/after"`,
    );
    const sentences = text('first')
      .split('\n')
      .filter((line) => line.includes('the disk is full'));
    if (text('code').trim() !== '2' || sentences.length === 0) throw new Error(`disk of ${size}: ${text('first')}`);
    if (text('second-code').trim() !== '0') throw new Error(`disk of ${size}, with room: ${text('second')}`);
    if (text('before') !== text('after')) lost += 1;
    unequal += differing(whole, out).length;
  }
  return {
    fault: 'a full disk',
    tried: sizes.length,
    how: `tmpfs of ${sizes.join(', ')}`,
    lost,
    twice: 0,
    unequal,
    then: 'one sentence, exit code 2; with room the same command goes on',
  };
};

/** A folder with two finished runs that is read-only. */
export const lockFolder = (study: Faulty, whole: string): Row => {
  const two = doneIn(whole)
    .slice(0, 2)
    .map((id) => quoted(join(whole, 'runs', id)))
    .join(' ');
  const { out, text } = onTmpfs(
    study,
    'read-only',
    '200m',
    `mkdir "$OUT/runs"; cp -r ${two} "$OUT/runs"
mount -o remount,ro "$OUT"
sweep 2> "$SAID/first"; echo $? > "$SAID/code"
lab status ${quoted(study.file)} --scale short --out "$OUT" > "$SAID/status"; echo $? > "$SAID/status-code"
mount -o remount,rw "$OUT"
sweep 2> "$SAID/second"; echo $? > "$SAID/second-code"`,
  );
  if (text('code').trim() !== '2' || !text('first').includes('the file system is read-only'))
    throw new Error(text('first'));
  if (text('status-code').trim() !== '0' || !/\bdone\b/.test(text('status'))) throw new Error(text('status'));
  if (text('second-code').trim() !== '0' || !/Reused: 2 finished runs/.test(text('second')))
    throw new Error(text('second'));
  return {
    fault: 'a read-only folder',
    tried: 1,
    how: 'two runs of it are done; status still reads it',
    lost: 0,
    twice: 0,
    unequal: differing(whole, out).length,
    then: 'one sentence, exit code 2; writable again, the same command goes on',
  };
};
