import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A small study for faults: real training, a fraction of a second a run, several compiled programs.
 */
export interface Faulty {
  /** Everything of this study lies below it. */
  readonly root: string;
  /** Experiment file. */
  readonly file: string;
  readonly remove: () => void;
}

const config = {
  dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 2 },
  train: { epochs: 2, batchSize: 8, lr: 2e-3, maxTokens: 16 },
  members: 2,
};

const methods = [{ name: 'none' }, { name: 'lora-dropout', p: 0.3, samples: 2 }, { name: 'hiddenkey-minus', p: 0.1 }];

/**
 * Three methods and some seeds; `long` has one run of so many epochs of two steps, to be stopped in
 * the middle.
 */
export const openStudy = (seeds: number, epochs = 30): Faulty => {
  const root = mkdtempSync(join(tmpdir(), 'lab-faults-'));
  const file = join(root, 'faults.json');
  const arms = methods.map((dropout) => ({ labels: { method: dropout.name }, config: { dropout } }));
  const long = { ...config, dropout: methods[1], train: { ...config.train, epochs } };
  writeFileSync(
    file,
    JSON.stringify({
      name: 'faults',
      scales: {
        short: { base: config, arms, seeds: Array.from({ length: seeds }, (_, seed) => seed) },
        long: { base: long, seeds: [0] },
      },
    }),
  );
  return { root, file, remove: () => rmSync(root, { recursive: true, force: true }) };
};

export const runsIn = (out: string): readonly string[] => {
  const runs = join(out, 'runs');
  return existsSync(runs) ? readdirSync(runs).sort() : [];
};

export const isDone = (out: string, id: string): boolean => existsSync(join(out, 'runs', id, 'DONE'));

export const doneIn = (out: string): readonly string[] => runsIn(out).filter((id) => isDone(out, id));

const hash = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** A result without what depends on the machine and the hour. */
const withoutCost = (text: string): string => {
  const { cost: _cost, ...rest } = JSON.parse(text) as { readonly cost: unknown };
  return JSON.stringify(rest);
};

/**
 * Checksums of everything that a run measured, byte for byte: predictions, curve, adapter, and the
 * result without its cost.
 */
export const measured = (out: string): { readonly [id: string]: { readonly [file: string]: string } } =>
  Object.fromEntries(
    doneIn(out).map((id) => {
      const folder = join(out, 'runs', id);
      const adapter = readdirSync(join(folder, 'adapter')).filter((name) => !/corrupt|tmp$/.test(name));
      const files = ['predictions.jsonl', 'metrics.jsonl', ...adapter.map((name) => `adapter/${name}`)].sort();
      return [
        id,
        {
          ...Object.fromEntries(files.map((name) => [name, hash(readFileSync(join(folder, name)))])),
          'result.json': hash(withoutCost(readFileSync(join(folder, 'result.json'), 'utf8'))),
        },
      ];
    }),
  );

/** Runs of one folder that are missing or differ in another. */
export const differing = (whole: string, other: string): readonly string[] => {
  const [wanted, got] = [measured(whole), measured(other)];
  return Object.keys(wanted).filter((id) => JSON.stringify(wanted[id]) !== JSON.stringify(got[id]));
};

/** How often a run was finished, by its own history. */
export const finishedTimes = (out: string, id: string): number => {
  const path = join(out, 'runs', id, 'history.jsonl');
  if (!existsSync(path)) return 0;
  const events = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return events.filter((line) => ['done', 'diverged'].includes((JSON.parse(line) as { event: string }).event)).length;
};
