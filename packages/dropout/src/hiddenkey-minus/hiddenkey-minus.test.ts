import { expect, it } from 'vitest';
import { methods } from '../index.ts';

const noise = (name: string, options: object) => methods.build(methods.parse({ name, ...options })).noise;

it('is HiddenKey without consistency, mask for mask', () => {
  const options = { p: 0.15, inputP: 0.1, layers: 'latter-half' };
  expect(noise('hiddenkey-minus', options)).toEqual(noise('hiddenkey', options));
  expect(methods.build(methods.parse({ name: 'hiddenkey-minus' })).consistency).toBeUndefined();
  expect(() => methods.parse({ name: 'hiddenkey-minus', lambda: 1 })).toThrow(/unknown key "lambda"/);
});
