import { key } from '@lab/random';
import { tf } from '@lab/engine';
import { beforeAll, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks } from '../index.ts';

beforeAll(() => tf.setBackend('cpu'));

it.each([
  ['example', [8, 1, 1]],
  ['batch', [1, 1, 1]],
] as const)('a whole branch goes for each %s', (scope, shape) => {
  const { noise } = methods.build(methods.parse({ name: 'branch-drop', p: 0.5, scope }));
  const use = { site: 'lora.delta', place: { path: 'query', layer: 0 }, shape: [8, 2, 3] } as const;
  const plan = planMasks(noise, [use], 1);
  const [mask] = Object.values(drawMasks(plan, key(1), { lengths: new Int32Array(8).fill(2), causal: false, progress: 0 }));
  const inputs = { [plan[0]!.name]: tf.tensor(mask!.data, [...shape], 'bool') };
  const out = perturbWith(plan, inputs)('lora.delta', use.place, tf.ones([8, 2, 3])).dataSync();
  out.forEach((v, i) => expect(v).toBe(2 * mask!.data[scope === 'batch' ? 0 : Math.floor(i / 6)]!));
});
