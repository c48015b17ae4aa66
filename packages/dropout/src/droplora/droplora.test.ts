import { expect, it } from 'vitest';
import { methods, planMasks } from '../index.ts';

it('masks ranks: of each token, of each example, or of the batch', () => {
  const shape = (options: object) => {
    const { noise } = methods.build(methods.parse({ name: 'droplora', ...options }));
    const use = { site: 'lora.rank', place: { path: 'query', layer: 0 }, shape: [2, 5, 8] } as const;
    return planMasks(noise, [use], 1).map(({ maskShape }) => maskShape)[0];
  };
  expect(shape({})).toEqual([2, 5, 8]);
  expect(shape({ structure: 'column' })).toEqual([2, 1, 8]);
  expect(shape({ structure: 'column', scope: 'batch' })).toEqual([1, 1, 8]);
});
