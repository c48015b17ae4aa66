import { key } from '@lab/random';
import { expect, it } from 'vitest';
import { drawMasks, methods, planMasks } from '../index.ts';

it('multiplies every entry of every token by a float factor, and keeps the place of lora-input', () => {
  const build = (name: string) => methods.build(methods.parse({ name, p: 0.2 }));
  const { noise, evaluate } = build('gaussian-dropout');
  const [ordinary] = build('lora-input').noise;
  expect(noise).toEqual([{ ...ordinary, compensation: 'none', law: 'gaussian' }]);
  expect(evaluate.readout).toBe('deterministic');
  const use = { site: 'lora.input', place: { path: 'query', layer: 0 }, shape: [2, 3, 4] } as const;
  const context = { lengths: Int32Array.of(3, 3), causal: false, progress: 0 };
  const [mask] = Object.values(drawMasks(planMasks(noise, [use], 1), key(1), context));
  expect(mask).toMatchObject({ dtype: 'float32', shape: [2, 3, 4] });
  expect(new Set(mask?.data).size).toBe(24);
});
