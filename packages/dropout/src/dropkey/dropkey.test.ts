import { expect, it } from 'vitest';
import { drawMasks, methods, planMasks } from '../index.ts';
import { key } from '@lab/random';

it.each([
  ['element', [2, 3, 4, 4]],
  ['column', [2, 3, 1, 4]],
  ['span', [2, 3, 1, 4]],
] as const)('%s: a mask of shape %o, without compensation', (structure, shape) => {
  const { noise } = methods.build(methods.parse({ name: 'dropkey', structure, p: 0.5 }));
  const use = { site: 'attention.logits', place: { path: 'attention', layer: 0 }, shape: [2, 3, 4, 4] } as const;
  const plan = planMasks(noise, [use], 1);
  expect(plan.map((m) => [m.maskShape, m.noise.compensation])).toEqual([[shape, 'none']]);
  const [mask] = Object.values(drawMasks(plan, key(3), { lengths: Int32Array.of(4, 2), causal: false, progress: 0 }));
  expect(mask?.data.includes(0)).toBe(true);
});
