import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';
import type { BadCase } from './outcome.ts';

const study = `name: mine
base:
  dataset: { name: imdb }
  model: { name: use-lite }
  adapter: { name: lora }
methods:
  none:
  lora-input: { p: .1 }
seeds: [0]
`;

/**
 * Studies in YAML by what is wrong with them: what is replaced by what, and what the answer names.
 */
const STUDIES: { readonly [name: string]: readonly [from: string | RegExp, to: string, ...names: string[]] } = {
  nothing: [/[^]*/, '', '.yaml'],
  'a word': [/[^]*/, 'study', '.yaml'],
  'a key twice': ['seeds', 'name', ':9:', 'YAML'],
  'a tab': ['  dataset', '\tdataset', ':3:', 'YAML'],
  'an unknown tag': ['name: mine', 'name: !!js/function "x"', '.yaml'],
  'a mistyped key': ['methods', 'method', ':6:', '"method"', 'methods'],
  'a mistyped method': ['lora-input', 'lora-imput', ':8:', '"lora-input"'],
  'a mistyped option': ['p: .1', 'q: .1', ':8:', '"q"', 'p'],
  'a rate of 1': ['p: .1', 'p: [.1, 1]', ':8:', '"p"'],
  'a method as a number': ['{ p: .1 }', '3', ':8:', 'methods'],
  'a method with a name of a number': ['{ p: .1 }', '{ name: 3 }', 'methods.lora-input.name'],
  'no seeds': ['seeds: [0]', '', 'seeds'],
  'no data set': ['{ name: imdb }', '{}', 'dataset'],
};

/** What `lab init` is given, by what is wrong with it. */
const FILES: { readonly [name: string]: readonly [file: string, content: string, names: string, ...flags: string[]] } =
  {
    'an empty file': ['a.csv', '', 'empty'],
    'a head alone': ['a.csv', 'text,label\n', 'a.csv'],
    'an unknown ending': ['a.xlsx', 'text,label\na,b\n', 'parquet'],
    'an unknown column': ['a.csv', 'text,label\na b c,d\n'.repeat(30), '"txt"', '--text', 'txt'],
    'an unknown task': ['a.csv', 'text,label\na,b\n', 'regression', '--task', 'translation'],
    'an unknown method': ['a.csv', 'text,label\n' + 'a b,c\nd e,f\n'.repeat(30), '"drop"', '--methods', 'drop'],
    'no seeds': ['a.csv', 'text,label\na,b\n', '--seeds', '--seeds', '0'],
    'a test that is not there': ['a.csv', 'text,label\na,b\n', 'nowhere.csv', '--test', 'nowhere.csv'],
  };

/** Studies and data that `lab plan` and `lab init` refuse. */
export const studyCases = (lab: CommandLine, folder: string): readonly BadCase[] => {
  const own = join(folder, 'studies');
  const put = (name: string, content: string): string => {
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, name), content);
    return join(own, name);
  };
  return [
    ...Object.entries(STUDIES).map(([name, [from, to, ...names]], i): BadCase => ({
      group: 'studies',
      name,
      names,
      attempt: () => lab('plan', put(`study-${i}.yaml`, study.replace(from, to))),
    })),
    ...Object.entries(FILES).map(([name, [file, content, names, ...flags]], i): BadCase => ({
      group: 'data for lab init',
      name,
      names: [names],
      attempt: () =>
        lab('init', put(`${i}-${file}`, content), '--to', join(own, `${i}.yaml`), '--yes', '--no-time', ...flags),
    })),
  ];
};
