import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { parseExperiment, planExperiment } from '../src/index.ts';

const base = { dataset: { name: 'imdb' }, model: { name: 'use-lite' }, adapter: { name: 'lora' } };
const none = { labels: { method: 'none' }, config: { dropout: { name: 'none' } } };
const dropout = { labels: { method: 'lora-dropout' }, config: { dropout: { name: 'lora-dropout', p: 0.3 } } };

const file = (scale: object, more: object = {}) =>
  JSON.stringify({ name: 'own', scales: { quick: { base, seeds: [0], ...scale } }, ...more });

const parsed = (scale: object, more?: object) => parseExperiment(file(scale, more), 'own.json');

const refusal = (scale: object, more?: object): string => {
  try {
    parsed(scale, more);
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    expect(String(error)).not.toContain('\n');
    return (error as BadInput).message;
  }
  throw new Error('nothing was refused');
};

describe('arms of a file', () => {
  it('have labels of their own: equal ones on different configs are refused, in any order of keys', () => {
    const [a, b] = [
      { labels: { method: 'x', p: 0.1 }, config: { dropout: { name: 'lora-dropout', p: 0.1 } } },
      { labels: { p: 0.1, method: 'x' }, config: { dropout: { name: 'lora-dropout', p: 0.2 } } },
    ];
    expect(refusal({ arms: [none, a, b] })).toMatch(
      /^own\.json: scale "quick": key "arms": arms 2 and 3 have the same labels \{method: x, p: 0\.1\}; every arm/,
    );
    expect(refusal({ arms: [{ config: none.config }, { config: dropout.config }] })).toMatch(/arms 1 and 2 .*\{\}/);
    expect(parsed({ arms: [none, dropout] }).report).toMatchObject({ baseline: null, gridAxes: [] });
  });

  it('leave the axes of the grid to the grid, whose values differ', () => {
    const grid = { 'train.lr': [1e-3, 2e-3] };
    const labelled = { ...none, labels: { method: 'none', lr: 1 } };
    expect(refusal({ arms: [labelled, dropout], grid })).toMatch(/key "arms\.0\.labels": "lr" is an axis of the grid/);
    expect(refusal({ arms: [none], grid: { 'train.lr': [1e-3, 2e-3, 1e-3] } })).toMatch(/values 1 and 3 of "lr"/);
  });

  it('are called by what varies: names in the config by data set, model, adapter, method', () => {
    const grid = { 'dataset.name': ['imdb', 'yelp'], 'dropout.name': ['none', 'lora-dropout'] };
    const labels = planExperiment(parsed({ grid }), 'quick').map((run) => run.labels);
    expect(labels).toContainEqual({ dataset: 'yelp', method: 'none' });
  });
});

describe('a baseline', () => {
  const grid = { 'train.lr': [1e-3, 2e-3] };
  it('selects one arm at every point of the grid', () => {
    expect(parsed({ arms: [none, dropout], grid }, { baseline: { method: 'none' } }).report).toMatchObject({
      baseline: { method: 'none' },
      gridAxes: ['lr'],
    });
    const fixed = { method: 'none', lr: 1e-3 };
    expect(parsed({ arms: [none, dropout], grid }, { baseline: fixed }).report.baseline).toEqual(fixed);
    const more = { ...none, labels: { method: 'none', r: 8 } };
    expect(parsed({ arms: [more, dropout] }, { baseline: { method: 'none' } }).report.baseline).toEqual(more.labels);
  });
  it('that selects several arms, none, or a value that the grid lacks, is refused', () => {
    const two = [8, 16].map((r) => ({ labels: { method: 'none', r }, config: { adapter: { name: 'lora', r } } }));
    const baseline = { method: 'none' };
    expect(refusal({ arms: two }, { baseline })).toMatch(/\{method: none\} selects 2 arms \(\{method: none, r: 8\}, /);
    expect(refusal({ arms: [dropout] }, { baseline })).toMatch(/selects no arm; allowed: \{method: lora-dropout\}/);
    expect(refusal({ arms: two, grid }, { baseline: {} })).toMatch(/selects 2 arms/);
    expect(refusal({ arms: [none], grid }, { baseline: { lr: 5 } })).toMatch(
      /lr 5 is not in the grid; allowed: 0\.001/,
    );
  });
});

describe('labels that no table or plot can hold', () => {
  it.each([
    ['a control character', 'a\u0007b'],
    ['a line separator', 'a\u2028b'],
    ['half a pair', 'a\ud800b'],
    ['a newline', 'a\nb'],
    ['a hundred thousand characters', 'x'.repeat(100_000)],
  ])('%s: refused when the file is read, as value, axis and title', (_what, text) => {
    expect(refusal({ arms: [{ ...none, labels: { method: text } }] })).toMatch(/key "scales\.quick\.arms\.0\.labels/);
    expect(refusal({ arms: [{ ...none, labels: { [text]: 1 } }] })).toMatch(/key "scales\.quick\.arms\.0\.labels/);
    expect(refusal({ arms: [none] }, { title: text })).toMatch(/key "title"/);
  });
  it('names of JavaScript are no axes', () => {
    expect(refusal({ arms: [{ ...none, labels: { constructor: 'x' } }] })).toMatch(
      /labels\.constructor": "constructor" cannot be a key/,
    );
  });
});
