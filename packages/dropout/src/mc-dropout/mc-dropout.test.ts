import { expect, it } from 'vitest';
import { methods } from '../index.ts';

it('trains as lora-input and is tested as an ensemble of masks', () => {
  const build = (name: string, options: object = {}) => methods.build(methods.parse({ name, ...options }));
  expect(build('mc-dropout').noise).toEqual(build('lora-input').noise);
  expect(build('mc-dropout', {}).evaluate).toEqual({ readout: 'ensemble-probabilities' });
  expect(() => methods.parse({ name: 'mc-dropout', evaluate: 'deterministic' })).toThrow(/key "evaluate"/);
});
