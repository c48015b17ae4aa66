import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { planExperiment, planRun, type ConfigPatch, type Experiment, type Stage } from '../src/index.ts';

const base: ConfigPatch = {
  dataset: { name: 'imdb' },
  model: { name: 'use-lite' },
  adapter: { name: 'lora' },
  dropout: { name: 'none' },
};

const sequence = (stages: readonly Stage[]): Experiment => ({
  name: 'trial',
  title: 'Trial',
  question: 'Does it plan?',
  scales: { smoke: { summary: 'none', base, arms: [{ labels: { method: 'x' }, config: {}, stages }], seeds: [0, 1] } },
  report: null,
});

const plan = (...stages: readonly Stage[]) => planExperiment(sequence(stages), 'smoke');
const refusal = (stages: readonly Stage[]) => () => plan(...stages);

describe('a sequence', () => {
  const first: Stage = { name: 'one', config: {} };
  const second: Stage = { name: 'two', config: { from: { stage: 'one', take: 'merged' }, dataset: { name: 'yelp' } } };

  it('is its stages as runs, each pointing at the stage of the same seed', () => {
    const runs = plan(first, second);
    expect(runs.map(({ labels, seed }) => [labels.stage, seed])).toEqual([
      ['one', 0],
      ['one', 1],
      ['two', 0],
      ['two', 1],
    ]);
    expect(runs[2]!.config.from).toEqual({ run: runs[0]!.id, take: 'merged', head: 'keep', stream: 'two' });
    expect(runs[3]!.config.from!.run).toBe(runs[1]!.id);
  });

  it('of one stage is the run itself: the same id', () => {
    expect(plan(first)[0]!.id).toBe(planRun({ ...base, seed: 0 }, 'test').id);
  });

  it('has other ids behind another beginning', () => {
    const [, , two] = plan(first, second);
    const [, , other] = plan({ name: 'one', config: { train: { lr: 0.001 } } }, second);
    expect(other!.id).not.toBe(two!.id);
  });

  it('takes the mean of several stages', () => {
    const third: Stage = { name: 'mean', config: { from: { runs: [{ stage: 'one', weight: 2 }, { stage: 'two' }] } } };
    const runs = plan(first, second, third);
    expect(runs[4]!.config.from!.runs).toEqual([
      { run: runs[0]!.id, weight: 2 },
      { run: runs[2]!.id, weight: 1 },
    ]);
  });

  it('lays overrides over every stage', () => {
    const runs = planExperiment(sequence([first, second]), 'smoke', ['train.epochs=3', 'seed=7']);
    expect(runs.map(({ config, seed }) => [config.train.epochs, seed])).toEqual([
      [3, 7],
      [3, 7],
    ]);
  });

  it.each([
    [[second], 'stage "two": from: no stage "one" comes before it; allowed: none, it is the first'],
    [
      [first, { ...second, config: { from: { stage: 'onee' } } }],
      'no stage "onee" comes before it (did you mean "one"?)',
    ],
    [[first, first], 'two stages are named "one"'],
    [[{ name: 'one', config: { from: {} } }], 'expected exactly one of run, runs, peft'],
    [[{ name: 'one', config: { from: { run: 'abc' } } }], 'expected 16 hexadecimal digits'],
    [
      [{ name: 'one', config: { tasks: { own: 'a', others: [{ name: 'a', dataset: { name: 'imdb' } }] } } }],
      'named "a"',
    ],
    [[{ name: 'one', config: { tasks: { own: 'a', others: [{ name: 'b', dataset: { name: 'imbd' } }] } } }], '"imbd"'],
  ])('%j is refused in one sentence', (stages, words) => {
    expect(refusal(stages as readonly Stage[])).toThrow(BadInput);
    expect(refusal(stages as readonly Stage[])).toThrow(words);
  });
});
