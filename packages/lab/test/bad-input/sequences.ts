import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';
import type { BadCase } from './outcome.ts';

const id = '0123456789abcdef';
const still = { train: { epochs: 0 } };

/** The second stage of a sequence, by what is wrong with it, and what the answer names. */
const SECOND: { readonly [name: string]: readonly [config: object, ...names: string[]] } = {
  'a stage that is not there': [{ from: { stage: 'frist' } }, '"frist"', '"first"'],
  'itself as its beginning': [{ from: { stage: 'second' } }, '"second"', 'first'],
  'two beginnings': [{ from: { stage: 'first', peft: id } }, 'exactly one of run, runs, peft'],
  'no id of a run': [{ from: { run: 'abc' } }, 'from.run', '16 hexadecimal digits'],
  'an unknown way to take': [{ from: { stage: 'first', take: 'mean' } }, 'from.take', 'merged'],
  'an unknown head': [{ from: { stage: 'first', head: 'old' } }, 'from.head', 'frozen'],
  'updates of one run made one': [{ from: { stage: 'first', combine: { name: 'ties' } } }, 'combine', '"runs"'],
  'a share above 1 that is kept': [
    { from: { runs: [{ stage: 'first' }], take: 'merged', combine: { name: 'ties', keep: 2 } } },
    'from.combine.keep',
  ],
  'an ensemble of one run': [{ ...still, from: { stage: 'first', take: 'ensemble' } }, 'ensemble', '"runs"'],
  'an ensemble that is trained': [{ from: { runs: [{ stage: 'first' }], take: 'ensemble' } }, 'train.epochs', '0'],
  'an ensemble with weights': [
    { ...still, from: { runs: [{ stage: 'first' }, { run: id, weight: 2 }], take: 'ensemble' } },
    'ensemble',
    'weights',
  ],
  'an ensemble with a fresh head': [
    { ...still, from: { runs: [{ stage: 'first' }], take: 'ensemble', head: 'fresh' } },
    'ensemble',
    '"keep"',
  ],
  'nothing to test': [still, 'train.epochs', 'from'],
  'gates that leave out an expert that is not there': [
    { adapter: { name: 'mole', experts: 2, masked: [-1] } },
    'masked',
  ],
  'a client beyond the last': [{ share: { client: 2, clients: 2 } }, 'share', 'below clients'],
  'no concentration': [{ share: { client: 0, clients: 2, skew: 0 } }, 'share.skew'],
  'two tasks of one name': [
    { tasks: { own: 'a', others: [{ name: 'a', dataset: { name: 'yelp' } }] } },
    'two tasks are named "a"',
  ],
  'an unknown data set of a task': [
    { tasks: { own: 'a', others: [{ name: 'b', dataset: { name: 'yelpp' } }] } },
    '"yelpp"',
    '"yelp"',
  ],
  'a name that is no task’s': [{ tasks: { own: 'a b' } }, 'tasks.own', 'letters'],
};

const studyWith = (second: object): object => ({
  name: 'mine',
  seeds: [0],
  base: {
    dataset: { name: 'imdb' },
    model: { name: 'use-lite' },
    adapter: { name: 'lora' },
    dropout: { name: 'none' },
  },
  arms: [
    {
      labels: { method: 'x' },
      stages: [
        { name: 'first', config: {} },
        { name: 'second', config: second },
      ],
    },
  ],
});

/** Sequences that `lab plan` refuses: runs need not begin to know that they cannot end. */
export const sequenceCases = (lab: CommandLine, folder: string): readonly BadCase[] => {
  const own = join(folder, 'sequences');
  return Object.entries(SECOND).map(([name, [config, ...names]], i): BadCase => ({
    group: 'sequences',
    name,
    names,
    attempt: () => {
      mkdirSync(own, { recursive: true });
      const path = join(own, `${i}.json`);
      writeFileSync(path, JSON.stringify(studyWith(config)));
      return lab('plan', path);
    },
  }));
};
