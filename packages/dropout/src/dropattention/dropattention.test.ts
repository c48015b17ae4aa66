import { expect, it } from 'vitest';
import { methods } from '../index.ts';

it('rescales by the sum of kept weights, its gradient stopped unless asked', () => {
  const compensation = (options: object) =>
    methods.build(methods.parse({ name: 'dropattention', ...options })).noise.map((n) => [n.site, n.compensation]);
  expect(compensation({})).toEqual([['attention.weights', 'normalised-stop']]);
  expect(compensation({ stopGradient: false, structure: 'span' })).toEqual([['attention.weights', 'normalised']]);
});
