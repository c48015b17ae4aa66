import { expect, it } from 'vitest';
import { describeMethod, methods } from '../index.ts';

it('is no noise, one pass, the quiet readout', () => {
  expect(methods.build(methods.parse({ name: 'none' }))).toMatchObject({
    noise: [],
    samples: 1,
    evaluate: { readout: 'quiet' },
  });
  expect(describeMethod('none').axes).toEqual([]);
});
