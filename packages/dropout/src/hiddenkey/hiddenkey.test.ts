import { expect, it } from 'vitest';
import { describeMethod, methods } from '../index.ts';

const build = (options: object = {}) => methods.build(methods.parse({ name: 'hiddenkey', ...options }));

it('is column DropKey, element HiddenCut and KL through one branch', () => {
  expect(describeMethod('hiddenkey')).toMatchObject({
    axes: [
      { position: 'attention.logits', structure: 'column', compensation: 'none' },
      { position: 'ffn.hidden', structure: 'element', compensation: 'inverse' },
    ],
    consistency: 'kl',
    samples: 1,
  });
  expect(build().consistency).toEqual({ kind: 'kl', weight: 0.2, branches: 1 });
  expect(build({ consistency: 'js', lambda: 2, branches: 2 }).consistency).toEqual({
    kind: 'js',
    weight: 2,
    branches: 2,
  });
});

it('each part may have its own rate and the +input and +output rows add to it', () => {
  const rates = (options: object) => build(options).noise.map(({ site, p }) => [site, p]);
  expect(rates({ p: 0.2, hiddenP: 0.05, inputP: 0.1, outputP: 0.15, hiddenSite: 'ffn.intermediate' })).toEqual([
    ['attention.logits', 0.2],
    ['ffn.intermediate', 0.05],
    ['embedding', 0.1],
    ['output', 0.15],
  ]);
});

it('without any dropout there is nothing to be consistent about', () => {
  expect(build({ p: 0 }).consistency).toBeUndefined();
  expect(build({ p: 0, outputP: 0.1 }).consistency).toBeDefined();
});
