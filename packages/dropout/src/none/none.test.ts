import { expect, it } from 'vitest';
import { describeMethod, methods } from '../index.ts';

it('is no noise, one pass, the deterministic readout', () => {
  expect(methods.build(methods.parse({ name: 'none' }))).toMatchObject({
    noise: [],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  });
  expect(describeMethod('none').axes).toEqual([]);
});
