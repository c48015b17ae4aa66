import type { BadCase } from './outcome.ts';
import type { CommandLine } from './command-line.ts';

const integers = (least: number) => [least - 1, 1.5, 'word', null, true, [], {}];
const positive = [0, -1, 'word', null, [], {}];
const words = ['nothing', 1, null, true, []];

/** Values that keys of a config do not take. */
const VALUES: { readonly [key: string]: readonly unknown[] } = {
  'train.epochs': integers(1),
  'train.batchSize': integers(1),
  'train.maxTokens': integers(1),
  'train.evalEvery': integers(1),
  'train.lr': positive,
  'train.clip': positive,
  'train.weightDecay': [-1, 'word', null, []],
  'train.warmup': [-0.1, 1.1, 'word', null],
  'train.schedule': words,
  'train.labelSmoothing': [1, -0.1, 'word'],
  'train.patience': [0, 1.5, 'word'],
  members: [-1, 257, 1.5, 'word', null],
  select: words,
  'dropout.p': [1, -0.1, 2, 'word', true, { byLayer: [2] }, { from: 0 }],
  'dropout.name': words,
  'adapter.name': words,
  'dataset.name': words,
  'model.name': words,
  'adapter.r': integers(1),
  'adapter.alpha': positive,
  'adapter.target_modules': [1, true, 'nowhere', []],
  'dataset.train': [0, -1, 1.5, 'word'],
  'dataset.validation': [-1, 1.5, 'word'],
  'dataset.maxTest': [0, -1, 1.5, 'word'],
};
const SECTIONS = ['train', 'dropout', 'adapter', 'dataset', 'model'];

const lastPart = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Config values that are refused before anything runs. */
export const configCases = (lab: CommandLine): readonly BadCase[] => {
  const of = (override: string, ...names: readonly string[]): BadCase => ({
    group: 'config values',
    name: override,
    names,
    attempt: () => lab('plan', 'sensitivity', '--scale', 'smoke', '--set', override),
  });
  return [
    ...Object.entries(VALUES).flatMap(([key, values]) =>
      values.map((value) =>
        of(`${key}=${JSON.stringify(value)}`, key.endsWith('.name') && value === 'nothing' ? value : lastPart(key)),
      ),
    ),
    ...SECTIONS.flatMap((section) => [
      of(`${section}.colour="red"`, 'colour'),
      of(`${section}.__proto__=1`, '__proto__'),
      of(`${section}=3`, section),
    ]),
    of('colour="red"', 'colour'),
    ...[[-1], [1.5], ['word'], []].map((seeds) => of(`seed=${JSON.stringify(seeds)}`, 'seed')),
  ];
};
