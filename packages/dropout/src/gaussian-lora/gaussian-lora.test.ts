import { noNoise } from '@lab/adapter';
import { expect, it } from 'vitest';
import { meanFieldScale, mergeFactor, methods, planMasks } from '../index.ts';

const build = (options: object = {}) => methods.build(methods.parse({ name: 'gaussian-lora', ...options }));

it('has a factor for every entry of A and of B, and none on activations', () => {
  const place = { path: 'query', layer: 0 };
  const uses = [
    { site: 'lora.input', place, shape: [2, 5, 4] },
    { site: 'lora.A', place, shape: [2, 4] },
    { site: 'lora.B', place, shape: [6, 2] },
  ] as const;
  const plan = planMasks(build().noise, uses, 1);
  expect(plan.map(({ site, maskShape }) => [site, maskShape])).toEqual([
    ['lora.A', [2, 4]],
    ['lora.B', [6, 2]],
  ]);
});

it('its expected update is the whole update, so that it merges as it is', () => {
  const map = { path: 'query', layer: 0, per: 'token' } as const;
  expect(meanFieldScale(build({ p: 0.4 }).noise, 2)).toBe(noNoise);
  expect(mergeFactor(build({ p: 0.4, evaluate: 'mean-field' }), map, 2)).toBe(1);
  expect(() => mergeFactor(build({ evaluate: 'ensemble-logits' }), map, 2)).toThrow(/no single merged matrix/);
});
