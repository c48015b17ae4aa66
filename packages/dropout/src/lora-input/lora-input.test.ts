import { fold, key } from '@lab/random';
import { tf } from '@lab/engine';
import { assert, beforeAll, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks } from '../index.ts';

beforeAll(() => tf.setBackend('cpu'));

it('is element dropout of the input, kept entries scaled by 1/(1-p), every token apart', () => {
  const { noise } = methods.build(methods.parse({ name: 'lora-input', p: 0.25 }));
  const place = { path: 'query', layer: 0 };
  const plan = planMasks(noise, [{ site: 'lora.input', place, shape: [2, 3, 4] }], 1);
  expect(plan.map(({ name, maskShape }) => [name, maskShape])).toEqual([['mask/lora.input/query', [2, 3, 4]]]);
  const context = { lengths: Int32Array.of(3, 3), causal: false, progress: 0 };
  const drawn = Object.entries(drawMasks(plan, fold(key(1), 'step'), context));
  assert(drawn[0]);
  const [name, mask] = drawn[0];
  const inputs = { [name]: tf.tensor(mask.data, [2, 3, 4], 'bool') };
  const out = perturbWith(plan, inputs)('lora.input', place, tf.fill([2, 3, 4], 3)).dataSync();
  out.forEach((v, i) => expect(v).toBeCloseTo(mask.data[i] === 1 ? 4 : 0, 5));
});
