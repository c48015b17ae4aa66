import { key } from '@lab/random';
import { tf } from '@lab/engine';
import { assert, beforeAll, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks } from '../index.ts';

beforeAll(() => tf.setBackend('cpu'));

it.each([
  ['example', [8, 1, 1]],
  ['batch', [1, 1, 1]],
] as const)('a whole branch goes for each %s', (scope, shape) => {
  const { noise } = methods.build(methods.parse({ name: 'branch-drop', p: 0.5, scope }));
  const use = { site: 'lora.delta', place: { path: 'query', layer: 0 }, shape: [8, 2, 3] } as const;
  const plan = planMasks(noise, [use], 1);
  const drawn = Object.entries(
    drawMasks(plan, key(1), { lengths: new Int32Array(8).fill(2), causal: false, progress: 0 }),
  );
  assert(drawn[0]);
  const [name, mask] = drawn[0];
  const inputs = { [name]: tf.tensor(mask.data, [...shape], 'bool') };
  const out = perturbWith(plan, inputs)('lora.delta', use.place, tf.ones([8, 2, 3])).dataSync();
  out.forEach((v, i) => expect(v).toBe(2 * (mask.data[scope === 'batch' ? 0 : Math.floor(i / 6)] ?? NaN)));
});
