import { expect, it } from 'vitest';
import { methods } from '../index.ts';

it('sets the decay of the run and nothing else', () => {
  const { noise, train } = methods.build(methods.parse({ name: 'weight-decay', decay: 0.3 }));
  expect({ noise, train }).toEqual({ noise: [], train: { weightDecay: 0.3 } });
  expect(() => methods.parse({ name: 'weight-decay', decay: -1 })).toThrow(/key "decay"/);
});
