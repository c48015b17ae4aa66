import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import {
  grid,
  overlay,
  parseExperiment,
  parseOverride,
  planExperiment,
  planRun,
  runsOf,
  type Experiment,
} from '../src/index.ts';

const experiment: Experiment = {
  name: 'trial',
  title: 'Trial',
  question: 'Does it plan?',
  scales: {
    smoke: {
      summary: 'none',
      base: { dataset: { name: 'imdb' }, model: { name: 'use-lite' }, adapter: { name: 'lora', r: 8 } },
      arms: grid({ p: [0, 0.3], N: [1, 2] }, ({ p, N }) => ({ dropout: { name: 'lora-dropout', p, samples: N } })),
      seeds: [0, 1],
    },
  },
  report: null,
};

const refusal = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

const base = {
  seed: 0,
  dataset: { name: 'imdb' },
  model: { name: 'use-lite' },
  adapter: { name: 'lora' },
  dropout: { name: 'none' },
};

describe('a config that JavaScript would read differently', () => {
  it.each(['dropout.__proto__={"p":1}', 'train.__proto__.lr=1', 'dropout.constructor=1', 'labels.prototype=2'])(
    '%s is refused by the name of its key',
    (override) => {
      const key = override.slice(0, override.indexOf('=')).replace('.lr', '');
      expect(refusal(() => planExperiment(experiment, 'smoke', [override]))).toContain(`key "${key}"`);
    },
  );

  it('in an experiment file is refused, and so is one that is nested without end', () => {
    const file = (scale: string) => `{"name":"x","scales":{"s":${scale}}}`;
    const inside = file('{"seeds":[0],"arms":[{"labels":{"constructor":1}}]}');
    expect(refusal(() => parseExperiment(inside, 'x.json'))).toMatch(/^x\.json: key "scales\.s\.arms\.0\.labels\.cons/);
    const deep = file(`{"seeds":[0],"base":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`);
    expect(refusal(() => parseExperiment(deep, 'x.json'))).toMatch(/nested deeper than 64 levels/);
  });
});

describe('sizes', () => {
  it('without any seed are no experiment', () => {
    expect(refusal(() => planExperiment(experiment, 'smoke', ['seed=[]']))).toMatch(
      /seed: expected at least one; got \[\]/,
    );
  });

  it.each(['train.batchSize=1e12', 'train.epochs=1e12', 'train.maxTokens=1e12'])(
    'such as %s are refused',
    (override) => {
      const key = override.slice(0, override.indexOf('='));
      expect(refusal(() => planExperiment(experiment, 'smoke', [override]))).toMatch(`key "${key}": `);
    },
  );
});

describe('experiments', () => {
  it('cross every arm with every seed, runs of one arm together', () => {
    const runs = planExperiment(experiment, 'smoke');
    expect(runs.map(({ labels, seed }) => [labels.p, labels.N, seed])).toEqual([
      [0, 1, 0],
      [0, 1, 1],
      [0, 2, 0],
      [0, 2, 1],
      [0.3, 1, 0],
      [0.3, 1, 1],
      [0.3, 2, 0],
      [0.3, 2, 1],
    ]);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(8);
  });

  it('plan every seed as a config of its own would be planned', () => {
    for (const { id, config, labels, seed } of planExperiment(experiment, 'smoke', ['seed=[3,0,7]'])) {
      const dropout = { name: 'lora-dropout', p: labels.p, samples: labels.N };
      const { base } = experiment.scales.smoke!;
      expect({ id, config }).toEqual(planRun({ ...base, dropout, seed }, 'alone'));
    }
    expect(refusal(() => planExperiment(experiment, 'smoke', ['seed=[0,-1]']))).toMatch(/experiment trial.*seed/);
    expect(refusal(() => planExperiment(experiment, 'smoke', ['seed=[0,"1"]']))).toMatch(/experiment trial.*seed/);
  });

  it('are planned one after another: the first of billions is there at once', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i + 1) / 1001);
    const text = JSON.stringify({
      name: 'endless',
      scales: {
        quick: { base, grid: { 'dropout.p': values, 'train.lr': values, 'train.warmup': values }, seeds: [0, 1] },
      },
    });
    const endless = parseExperiment(text.replace('"name":"none"', '"name":"lora-dropout"'), 'endless.json');
    const first = runsOf(endless, 'quick').next().value;
    expect(first).toMatchObject({ seed: 0, labels: { p: 1 / 1001, lr: 1 / 1001, warmup: 1 / 1001 } });
  });

  it('take overrides, seeds among them', () => {
    const runs = planExperiment(experiment, 'smoke', ['seed=[5]', 'train.lr=.01', 'adapter.r=2']);
    expect(runs.map(({ seed }) => seed)).toEqual([5, 5, 5, 5]);
    expect(runs[0]!.config.train.lr).toBe(0.01);
    expect(runs[0]!.config.adapter.r).toBe(2);
  });

  it('replace an entry whose name changes, join one whose name stays', () => {
    const below = { dropout: { name: 'a', p: 1 }, train: { lr: 1, epochs: 2 } };
    expect(overlay(below, { dropout: { name: 'b' }, train: { lr: 3 } })).toEqual({
      dropout: { name: 'b' },
      train: { lr: 3, epochs: 2 },
    });
    expect(overlay(below, { dropout: { name: 'a', q: 2 } })).toEqual({
      dropout: { name: 'a', p: 1, q: 2 },
      train: { lr: 1, epochs: 2 },
    });
  });

  it('read words, numbers and lists in overrides', () => {
    expect(parseOverride('select=last')).toEqual({ select: 'last' });
    expect(parseOverride('dropout.p=-.5')).toEqual({ dropout: { p: -0.5 } });
    expect(refusal(() => parseOverride('epochs'))).toContain('key=value');
  });
});

describe('a config', () => {
  it.each([
    [
      { ...base, dropout: { name: 'lora-dropot' } },
      /unknown dropout "lora-dropot" \(did you mean "lora-dropout"\?\).*allowed:/,
    ],
    [{ ...base, dropout: { name: 'lora-dropout', p: 1 } }, /dropout \(lora-dropout\): key "p".*\[0, 1\).*got 1/],
    [{ ...base, dropout: { name: 'lora-dropout', p: -0.1 } }, /\[0, 1\)/],
    [{ ...base, dropout: { name: 'lora-dropout', rate: 0.1 } }, /unknown key "rate".*allowed keys: p, samples/],
    [{ ...base, train: { epoch: 3 } }, /unknown key "epoch"/],
    [{ ...base, trian: {} }, /unknown key "trian".*train/],
    [{ ...base, dataset: { name: 'imbd' } }, /unknown data ?set "imbd".*imdb/],
    [{ ...base, adapter: { name: 'lora', r: 0 } }, /key "r"/],
    [{ ...base, seed: -1 }, /key "seed"/],
  ])('that is wrong is refused in one sentence: %o', (config, sentence) => {
    const message = refusal(() => planRun(config, 'experiment trial'));
    expect(message).toMatch(sentence);
    expect(message).not.toContain('\n');
  });

  it('has an id that does not depend on the order of its keys, and changes with every option', () => {
    const id = (config: object) => planRun(config, 'test').id;
    expect(id({ ...base })).toBe(id(Object.fromEntries(Object.entries(base).toReversed())));
    expect(id({ ...base, seed: 1 })).not.toBe(id(base));
    expect(id({ ...base, adapter: { name: 'lora', r: 4 } })).not.toBe(id(base));
    // A default that is written out is the same run.
    expect(id({ ...base, select: 'last' })).toBe(id(base));
  });
});
