import { key } from '@lab/random';
import { tf } from '@lab/engine';
import { assert, beforeAll, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks } from '../index.ts';

beforeAll(() => tf.setBackend('cpu'));

it.each([
  ['row', [1, 6, 1]],
  ['column', [1, 1, 4]],
  ['span', [1, 6, 1]],
] as const)('%s erases without rescaling', (structure, shape) => {
  const { noise } = methods.build(methods.parse({ name: 'cutoff', structure, p: 0.5 }));
  const use = { site: 'embedding', place: { path: 'embedding', layer: 0 }, shape: [1, 6, 4] } as const;
  const plan = planMasks(noise, [use], 2);
  const drawn = Object.entries(drawMasks(plan, key(5), { lengths: Int32Array.of(6), causal: false, progress: 0 }));
  assert(drawn[0]);
  const [name, mask] = drawn[0];
  expect(mask.shape).toEqual(shape);
  const inputs = { [name]: tf.tensor(mask.data, [...shape], 'bool') };
  const out = perturbWith(plan, inputs)('embedding', use.place, tf.fill([1, 6, 4], 2)).dataSync();
  out.forEach((v, i) => expect(v).toBe(2 * (mask.data[structure === 'column' ? i % 4 : Math.floor(i / 4)] ?? NaN)));
  expect(mask.data.includes(0) && mask.data.includes(1)).toBe(true);
});
