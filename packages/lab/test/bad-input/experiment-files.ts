import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadCase } from './outcome.ts';
import type { CommandLine } from './command-line.ts';

type Json = { readonly [key: string]: unknown };

const base = {
  dataset: { name: 'imdb' },
  model: { name: 'use-lite' },
  adapter: { name: 'lora' },
  dropout: { name: 'none' },
};
const scale = { base, seeds: [0] };
const valid: Json = { name: 'mine', scales: { smoke: scale } };
const withScale = (change: Json): Json => ({ ...valid, scales: { smoke: { ...scale, ...change } } });
const arm = (labels: unknown, config: unknown = {}) => ({ labels, config });

/** Experiment files by what is wrong with them: the text, and what the answer names. */
const FILES: { readonly [name: string]: readonly [text: unknown, ...names: readonly string[]] } = {
  'no JSON': ['{'],
  nothing: [''],
  'white space': [' \n'],
  'a list': [[valid]],
  'a number': [3],
  null: [null],
  'cut off': [JSON.stringify(valid).slice(0, 40)],
  'a comment': [`// mine\n${JSON.stringify(valid)}`],
  'a comma too many': ['{"name": "mine",}'],
  'no name': [{ scales: valid.scales }, 'name'],
  'a name of a number': [{ ...valid, name: 3 }, 'name'],
  'an empty name': [{ ...valid, name: '' }, 'name'],
  'a name that leads up': [{ ...valid, name: '../x' }, 'name'],
  'a name with a slash': [{ ...valid, name: 'a/b' }, 'name'],
  'a hidden name': [{ ...valid, name: '.x' }, 'name'],
  'a long name': [{ ...valid, name: 'x'.repeat(101) }, 'name'],
  'an unknown key': [{ ...valid, colour: 'red' }, 'colour'],
  'no scales': [{ name: 'mine' }, 'scales'],
  'scales as a list': [{ ...valid, scales: [] }, 'scales'],
  'a scale that leads up': [{ ...valid, scales: { '../x': scale } }],
  'a scale without seeds': [{ ...valid, scales: { smoke: { base: base } } }, 'seeds'],
  'no seeds': [withScale({ seeds: [] }), 'seeds'],
  'a negative seed': [withScale({ seeds: [-1] }), 'seeds'],
  'half a seed': [withScale({ seeds: [0.5] }), 'seeds'],
  'a seed as a word': [withScale({ seeds: ['zero'] }), 'seeds'],
  'seeds as a number': [withScale({ seeds: 3 }), 'seeds'],
  'a base as a list': [withScale({ base: [] }), 'base'],
  'an unknown key of a scale': [withScale({ colour: 'red' }), 'colour'],
  'no arms': [withScale({ arms: [] }), 'arms'],
  'arms as an object': [withScale({ arms: {} }), 'arms'],
  'an arm as a word': [withScale({ arms: ['none'] }), 'arms'],
  'an unknown key of an arm': [withScale({ arms: [{ colour: 'red' }] }), 'colour'],
  'labels as a list': [withScale({ arms: [arm([])] }), 'labels'],
  'a label as a list': [withScale({ arms: [arm({ method: [] })] }), 'labels'],
  'a label with a control character': [withScale({ arms: [arm({ method: 'a\u0001' })] }), 'labels'],
  'a label of 100,000 characters': [withScale({ arms: [arm({ method: 'x'.repeat(100_000) })] }), 'labels'],
  'equal labels on different arms': [withScale({ arms: [arm({ m: 'a' }), arm({ m: 'a' }, { members: 4 })] }), 'arms'],
  'an empty grid axis': [withScale({ grid: { 'dropout.p': [] } }), 'grid'],
  'a grid axis as a number': [withScale({ grid: { 'dropout.p': 0.1 } }), 'grid'],
  'a grid key with two dots': [withScale({ grid: { 'dropout..p': [0.1] } }), 'grid'],
  'a grid value as an object': [withScale({ grid: { 'dropout.p': [{}] } }), 'grid'],
  'a config key that is unknown': [withScale({ base: { ...base, colour: 'red' } }), 'colour'],
  'a data set that is unknown': [withScale({ base: { ...base, dataset: { name: 'imbd' } } }), 'imbd'],
  'a data set without a name': [withScale({ base: { ...base, dataset: {} } }), 'dataset'],
  'a rate of 1': [withScale({ base: { ...base, dropout: { name: 'lora-input', p: 1 } } }), '"p'],
  'a baseline that names no arm': [{ ...valid, baseline: { method: 'nobody' } }, 'baseline'],
  'a baseline as a word': [{ ...valid, baseline: 'none' }, 'baseline'],
  'a title with a line separator': [{ ...valid, title: 'a\u2028b' }, 'title'],
};

/** Experiments as files that are refused when they are read. */
export const experimentFileCases = (lab: CommandLine, folder: string): readonly BadCase[] =>
  Object.entries(FILES).map(([name, [content, ...names]], i) => ({
    group: 'experiment files',
    name,
    names: names.length > 0 ? names : [`file-${i}.json`],
    attempt: () => {
      const path = join(folder, `file-${i}.json`);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      return lab('plan', path, '--scale', 'smoke');
    },
  }));
