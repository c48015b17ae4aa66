import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A way to make the program wrong without a word, and how it should end. */
export type Attack = {
  readonly name: string;
  readonly what: string;
  readonly should: string;
  /** Null when it ends as it should, else what happened. `folder` is empty and its own. */
  readonly attempt: (folder: string) => Promise<string | null> | string | null;
  /** Why this machine cannot try it; null: it can. */
  readonly cannot?: () => string | null;
};

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const starter = join(root, 'scripts/run.mjs');

type Ended = { readonly code: number | null; readonly said: string; readonly seconds: number };

/** One command to its end, as a shell would run it. */
export const command = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended => {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
  });
  return { code: status, said: `${stdout}${stderr}`, seconds: (performance.now() - start) / 1000 };
};

/** `lab` by way of the starter that every npm script takes. */
export const lab = (...args: readonly string[]): Ended => command(process.execPath, [starter, 'lab', ...args]);

/**
 * What is wrong with how a command ended that should be refused; null: one sentence, exit code 2.
 */
export const wrongRefusal = ({ code, said }: Ended, ...words: readonly string[]): string | null => {
  const lines = said.trim().split('\n');
  if (code !== 2) return `exit code ${code}: ${said.slice(-300)}`;
  if (/\n\s+at /.test(said)) return `a stack trace: ${said.slice(0, 300)}`;
  // A run says how much there is to do, and with which engine, before it opens the checkpoint.
  if (lines.length > 4) return `${lines.length} lines: ${said.slice(0, 300)}`;
  const missing = words.filter((word) => !said.includes(word));
  return missing.length === 0 ? null : `does not name ${missing.join(', ')}: ${said.slice(0, 300)}`;
};

/** The first complaint of several. */
export const firstOf = (complaints: readonly (string | null)[]): string | null =>
  complaints.find((complaint) => complaint !== null) ?? null;

const config = {
  dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 2 },
  train: { epochs: 1, batchSize: 8, maxTokens: 16 },
  members: 2,
};

/** Writes a study of runs that take a fraction of a second each; returns its path. */
export const writeStudy = (folder: string, scale: object, more: object = {}): string => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'study.json');
  writeFileSync(
    path,
    JSON.stringify({ name: 'attacked', scales: { quick: { base: config, seeds: [0], ...scale } }, ...more }),
  );
  return path;
};

/** Two arms of plain LoRA with noise on the input, at two rates. */
export const twoArms = [0, 0.3].map((p) => ({
  labels: { method: `rate ${p}` },
  config: { dropout: { name: 'lora-input', p } },
}));

/** Computes the study in `<folder>/out`; returns the ids of its runs. */
export const computed = (study: string, folder: string): readonly string[] => {
  const out = join(folder, 'out');
  const { code, said } = lab('run', study, '--workers', '1', '--out', out);
  if (code !== 0) throw new Error(said);
  return readdirSync(join(out, 'runs')).sort();
};
