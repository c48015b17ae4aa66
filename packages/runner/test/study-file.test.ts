import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { parseExperiment, planExperiment, runsOf } from '../src/index.ts';

const study = `
name: reviews
base:
  dataset: { name: imdb, train: 16 }
  model: { name: use-lite }
  adapter: { name: lora }
methods:
  none:
  lora-dropout: { p: [.1, .3], layers: [0, 1] }
  early: { name: none }
baseline: none
seeds: [0, 1]
`;

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    expect((error as BadInput).message).not.toContain('\n');
    return (error as BadInput).message;
  }
  throw new Error('nothing was refused');
};

/** What is said of the study with one line replaced. */
const saidOf = (line: string | RegExp, other: string): string =>
  refusal(() => planExperiment(parseExperiment(study.replace(line, other), 'study.yaml'), 'quick'));

describe('a study in YAML', () => {
  const experiment = parseExperiment(study, 'study.yaml');

  it('names methods; a list that an option does not take is tried value by value', () => {
    const runs = planExperiment(experiment, 'quick', ['seed=[0]']);
    expect(runs.map(({ labels }) => labels)).toEqual([
      { method: 'none' },
      { method: 'lora-dropout', p: 0.1 },
      { method: 'lora-dropout', p: 0.3 },
      { method: 'early' },
    ]);
    expect(runs[2]!.config.dropout).toMatchObject({ name: 'lora-dropout', p: 0.3, layers: [0, 1] });
    expect(runs[3]!.config.dropout).toEqual({ name: 'none' });
    expect(experiment.report).toEqual({ baseline: { method: 'none' }, gridAxes: ['p'], margin: 0.01 });
  });

  it('is the same study in JSON, and the same with its scale spelled out', () => {
    const { name, base, methods, baseline, seeds } = {
      name: 'reviews',
      base: { dataset: { name: 'imdb', train: 16 }, model: { name: 'use-lite' }, adapter: { name: 'lora' } },
      methods: { none: null, 'lora-dropout': { p: [0.1, 0.3], layers: [0, 1] }, early: { name: 'none' } },
      baseline: 'none',
      seeds: [0, 1],
    };
    const ids = (text: string, where: string) =>
      [...runsOf(parseExperiment(text, where), 'quick')].map(({ id, labels }) => ({ id, labels }));
    const expected = ids(study, 'study.yaml');
    expect(ids(JSON.stringify({ name, base, methods, baseline, seeds }), 'study.json')).toEqual(expected);
    const spelled = JSON.stringify({ name, baseline, scales: { quick: { base, methods, seeds } } });
    expect(ids(spelled, 'study.json')).toEqual(expected);
  });

  it.each([
    [/seeds:/, 'sedes:', /^study\.yaml:12: unknown key "sedes" \(did you mean "seeds"\?\)/],
    ['train: 16', 'trian: 16', /^study\.yaml:4: .*dataset \(imdb\): unknown key "trian" \(did you mean "train"\?\)/],
    ['lora }', 'lora, r: 0 }', /^study\.yaml:6: .*adapter \(lora\): key "r"/],
    ['[.1, .3]', '[.1, 1.3]', /^study\.yaml:9: .*key "p": a rate lies in \[0, 1\)/],
    [
      'lora-dropout:',
      'lora-dropuot:',
      /^study\.yaml:9: unknown dropout "lora-dropuot" \(did you mean "lora-dropout"\?\)/,
    ],
    ['baseline: none', 'baseline: nobody', /key "baseline": \{method: nobody\} selects no arm/],
    ['seeds: [0, 1]', '', /^study\.yaml: key "seeds": expected a list, for example/],
    ['seeds: [0, 1]', 'seeds: [0, one]', /^study\.yaml:12: key "seeds\.1"/],
    ['train: 16', 'train: [16', /^study\.yaml:4: not YAML/],
    ['name: reviews', 'name: reviews\nname: twice', /^study\.yaml:3: not YAML \(Map keys must be unique/],
    ['seeds: [0, 1]', 'scales: { quick: { seeds: [0] } }', /key "base": belongs into one of the "scales"/],
    ['name: reviews', 'name: reviews\nmargin: -1', /^study\.yaml:3: key "margin"/],
  ])('with %s as %s is refused by line and key', (line, other, sentence) => {
    expect(saidOf(line, other)).toMatch(sentence);
  });

  it('says the line in JSON too, and leaves overrides to the command line', () => {
    const json = JSON.stringify({ name: 'x', base: { dataset: { name: 'imdb', trian: 1 } }, seeds: [0] }, null, 2);
    expect(refusal(() => planExperiment(parseExperiment(json, 'x.json'), 'quick'))).toMatch(/^x\.json:/);
    const plan = (override: string) => refusal(() => planExperiment(experiment, 'quick', [override]));
    expect(plan('adapter.r=0')).toMatch(/^experiment reviews: adapter \(lora\): key "r"/);
    expect(plan('train.lr=[1e-3,2e-3]')).toMatch(/--set takes one value, several go under "grid" of a study file/);
  });

  it('that would never end is refused', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => {
      const [one, two] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      return `${two}: &${two} [${Array.from({ length: 9 }, () => `*${one}`).join(', ')}]`;
    }).join('\n')}`;
    expect(refusal(() => parseExperiment(bomb, 'x.yaml'))).toMatch(/^x\.yaml: not YAML that can be read/);
    expect(refusal(() => parseExperiment('['.repeat(20_000), 'x.yaml'))).toMatch(/^x\.yaml.*not YAML/);
    expect(refusal(() => parseExperiment('#'.repeat(2 ** 21), 'x.yaml'))).toMatch(/at most 1048576 are read as YAML/);
  });
});
