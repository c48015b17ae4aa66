import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canonical, digest } from '@lab/records';
import { lab as inOwnProcess } from '../cli.ts';
import { tinyRun } from '../tiny.ts';
import type { CommandLine } from './command-line.ts';
import type { BadCase } from './outcome.ts';

const study = JSON.stringify({ name: 'folders', scales: { quick: { base: tinyRun, seeds: [0, 1] } } });

/** Folders of two finished runs, of which the first is harmed. */
type Pair = { readonly first: string; readonly second: string };

const replace = (path: string, place: (path: string) => void): void => {
  rmSync(path, { recursive: true });
  place(path);
};

/** What can happen to any file of a finished run. */
const HARMS: { readonly [what: string]: (path: string) => void } = {
  'cut off': (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  'of zero bytes': (path) => truncateSync(path, 0),
  'with a line more': (path) => appendFileSync(path, '{}\n'),
  'that is a folder': (path) => replace(path, mkdirSync),
  'that is a pipe': (path) => replace(path, (at) => execFileSync('mkfifo', [at])),
  'that is a link to itself': (path) => replace(path, (at) => symlinkSync(at, at)),
  'that is a device': (path) => replace(path, (at) => symlinkSync('/dev/zero', at)),
};

const FILES = ['DONE', 'run.json', 'result.json', 'predictions.jsonl', 'validation.jsonl', 'metrics.jsonl'];

type Seal = { readonly files: { readonly [name: string]: object }; readonly sha256: string };
type Json = { readonly [key: string]: unknown };

const readJson = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;

/** Gives a finished run another marker, with a checksum that fits. */
const reseal = (folder: string, change: (seal: Seal) => object): void => {
  const { sha256: _old, ...body } = change(readJson(join(folder, 'DONE')) as unknown as Seal) as Seal;
  writeFileSync(join(folder, 'DONE'), JSON.stringify({ ...body, sha256: digest(canonical(body)) }));
};

/** Gives a file of a finished run another content, with a marker that fits. */
const rewrite = (folder: string, name: string, change: (text: string) => string): void => {
  const text = change(readFileSync(join(folder, name), 'utf8'));
  writeFileSync(join(folder, name), text);
  const entry = { sha256: digest(text), bytes: Buffer.byteLength(text) };
  reseal(folder, (seal) => ({ ...seal, files: { ...seal.files, [name]: entry } }));
};

const inJson =
  (change: (value: Json) => object) =>
  (text: string): string =>
    JSON.stringify(change(JSON.parse(text) as Json));

/** Whole folders, and files that fit their marker and are still not what a run writes. */
const OTHERS: { readonly [what: string]: readonly [names: string | RegExp, harm: (pair: Pair) => void] } = {
  'two folders swapped': [
    'not of the run that its folder names',
    ({ first, second }) => {
      renameSync(first, `${first}-away`);
      renameSync(second, first);
      renameSync(`${first}-away`, second);
    },
  ],
  'a copy of another run': [
    'not of the run that its folder names',
    ({ first, second }) => replace(first, () => cpSync(second, first, { recursive: true })),
  ],
  'a link to another run': [
    'not of the run that its folder names',
    ({ first, second }) => replace(first, () => symlinkSync(second, first)),
  ],
  'a folder that is a file': ['DONE: cannot be read', ({ first }) => replace(first, () => writeFileSync(first, ''))],
  'a folder that is a link to itself': [
    'DONE: cannot be read',
    ({ first }) => replace(first, () => symlinkSync(first, first)),
  ],
  'a result of another run in a marker that fits': [
    'not of the run that its folder names',
    ({ first, second }) => rewrite(first, 'result.json', () => readFileSync(join(second, 'result.json'), 'utf8')),
  ],
  'a config of another run in a marker that fits': [
    'run.json: holds the config of another run',
    ({ first, second }) => rewrite(first, 'run.json', () => readFileSync(join(second, 'run.json'), 'utf8')),
  ],
  'a marker of another run': ['result.json', ({ first, second }) => cpSync(join(second, 'DONE'), join(first, 'DONE'))],
  'a marker of a later version': ['DONE', ({ first }) => reseal(first, (seal) => ({ ...seal, schema: 2 }))],
  'a marker of an unknown status': ['DONE', ({ first }) => reseal(first, (seal) => ({ ...seal, status: 'well' }))],
  'a marker that leads out of the folder': [
    'DONE',
    ({ first }) => reseal(first, (seal) => ({ ...seal, files: { ...seal.files, '../x': { sha256: '', bytes: 0 } } })),
  ],
  'a marker of files with less than nothing': [
    'DONE',
    ({ first }) => reseal(first, (seal) => ({ ...seal, files: { 'run.json': { sha256: '', bytes: -1 } } })),
  ],
  'a marker without files': ['result.json', ({ first }) => reseal(first, (seal) => ({ ...seal, files: {} }))],
  'a marker that is a list': ['DONE', ({ first }) => writeFileSync(join(first, 'DONE'), '[]')],
  'a result of a later version': [
    'result.json',
    ({ first }) =>
      rewrite(
        first,
        'result.json',
        inJson((value) => ({ ...value, schema: 2 })),
      ),
  ],
  'a result without a cost': [
    'result.json',
    ({ first }) =>
      rewrite(
        first,
        'result.json',
        inJson(({ cost: _cost, ...value }) => value),
      ),
  ],
  'a result whose metrics are words': [
    'result.json',
    ({ first }) =>
      rewrite(
        first,
        'result.json',
        inJson((value) => ({ ...value, evaluations: ['good'] })),
      ),
  ],
  'a config that is a word': [
    'run.json',
    ({ first }) =>
      rewrite(
        first,
        'run.json',
        inJson((value) => ({ ...value, config: 'mine' })),
      ),
  ],
  'predictions that are numbers': [
    'predictions.jsonl:1',
    ({ first }) => rewrite(first, 'predictions.jsonl', () => '1\n'),
  ],
  'predictions that end in the middle of a line': [
    /predictions\.jsonl:\d+/,
    ({ first }) => rewrite(first, 'predictions.jsonl', (text) => text.slice(0, -20)),
  ],
  'a curve of empty points': ['metrics.jsonl:1', ({ first }) => rewrite(first, 'metrics.jsonl', () => '{}\n')],
};

/** What stands where the adapter of a finished run should be, when it is exported. */
const ADAPTERS: { readonly [what: string]: (folder: string) => void } = {
  'that is missing': (folder) => rmSync(folder, { recursive: true }),
  'that is a file': (folder) => replace(folder, () => writeFileSync(folder, '')),
  'without its weights': (folder) => rmSync(join(folder, 'adapter_model.safetensors')),
  'with weights of zero bytes': (folder) => truncateSync(join(folder, 'adapter_model.safetensors'), 0),
  'with half its weights': (folder) => truncateSync(join(folder, 'adapter_model.safetensors'), 100),
  'with weights that are a folder': (folder) => replace(join(folder, 'adapter_model.safetensors'), mkdirSync),
};

/** Finished runs whose folders were harmed since, and a report or an export of them. */
export const runFolderCases = (lab: CommandLine, folder: string): readonly BadCase[] => {
  const own = join(folder, 'run-folders');
  const [file, whole] = [join(own, 'study.json'), join(own, 'whole')];
  const compute = async (): Promise<void> => {
    mkdirSync(own, { recursive: true });
    writeFileSync(file, study);
    const { code, stderr } = await inOwnProcess('worker', file, '--workers', '1', '--out', whole);
    if (code !== 0) throw new Error(stderr);
  };
  let computed: Promise<void> | undefined;
  const harmed = async (name: string, harm: (pair: Pair) => void): Promise<{ out: string; first: string }> => {
    await (computed ??= compute());
    const out = join(own, name.replaceAll(/\W+/g, '-'));
    cpSync(whole, out, { recursive: true });
    const [first, second] = readdirSync(join(out, 'runs')).sort();
    harm({ first: join(out, 'runs', first ?? ''), second: join(out, 'runs', second ?? '') });
    return { out, first: first ?? '' };
  };
  const reported = (name: string, names: BadCase['names'], harm: (pair: Pair) => void): BadCase => ({
    group: 'run folders',
    name,
    names,
    attempt: async () => lab('report', file, '--out', (await harmed(name, harm)).out),
  });
  return [
    ...FILES.flatMap((path) =>
      Object.entries(HARMS).map(([what, harm]) =>
        reported(`${path} ${what}`, [path], ({ first }) => harm(join(first, path))),
      ),
    ),
    ...FILES.filter((path) => path !== 'DONE').map((path) =>
      reported(`${path} is missing`, [path], ({ first }) => rmSync(join(first, path))),
    ),
    ...Object.entries(OTHERS).map(([name, [names, harm]]) => reported(name, [names], harm)),
    ...Object.entries(ADAPTERS).map(([what, harm]): BadCase => {
      const name = `an adapter ${what}`;
      return {
        group: 'run folders',
        name,
        names: ['adapter'],
        attempt: async () => {
          const { out, first } = await harmed(name, (pair) => harm(join(pair.first, 'adapter')));
          return lab('export', '--run', first, '--format', 'onnx', '--to', join(out, 'to'), '--out', out);
        },
      };
    }),
  ];
};
