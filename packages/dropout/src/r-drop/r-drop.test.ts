import { expect, it } from 'vitest';
import { methods } from '../index.ts';

it('is lora-input noise with a consistency loss through both branches', () => {
  const build = (name: string, options: object) => methods.build(methods.parse({ name, ...options }));
  const { noise, consistency } = build('r-drop', { p: 0.2, alpha: 3 });
  expect(noise).toEqual(build('lora-input', { p: 0.2 }).noise);
  expect(consistency).toEqual({ kind: 'r-drop', weight: 3, branches: 2 });
});
