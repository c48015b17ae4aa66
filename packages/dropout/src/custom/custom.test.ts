import { expect, it } from 'vitest';
import { describeMethod, methods } from '../index.ts';

const noise = [{ site: 'lora.input', structure: 'element', p: 0.1 }];
const parse = (options: object) => methods.parse({ name: 'custom', noise, ...options });

it('fills a noise’s defaults', () => {
  expect(methods.build(parse({})).noise).toEqual([
    { site: 'lora.input', structure: 'element', p: 0.1, compensation: 'none', scope: 'example', layers: 'all' },
  ]);
  expect(describeMethod('custom').axes).toBeNull();
});

it('names a law where it is not coins, and refuses an unknown one', () => {
  expect(methods.build(parse({ noise: [{ ...noise[0], law: 'gaussian' }] })).noise[0]).toMatchObject({
    law: 'gaussian',
  });
  expect(() => parse({ noise: [{ ...noise[0], law: 'gausian' }] })).toThrow(/key "noise.0.law"/);
});

it('composes samples, consistency and readout', () => {
  const built = methods.build(parse({ samples: 3, consistency: { kind: 'kl', weight: 0.5 }, evaluate: 'mean-field' }));
  expect(built).toMatchObject({ samples: 3, consistency: { branches: 2 }, evaluate: { readout: 'mean-field' } });
});

it('says what is wrong, and where', () => {
  expect(() => methods.parse({ name: 'custom' })).toThrow(/key "noise"/);
  expect(() => parse({ noise: [] })).toThrow(/key "noise"/);
  expect(() => parse({ noise: [{ ...noise[0], p: 1 }] })).toThrow(/key "noise.0.p": a rate lies in \[0, 1\).*got 1/);
  expect(() => parse({ noise: [{ ...noise[0], site: 'lora.C' }] })).toThrow(/key "noise.0.site"/);
  expect(() => parse({ noise: [{ ...noise[0], structure: 'head' }] })).toThrow(
    /key "noise.0": lora.input, head.*no meaning/,
  );
  expect(() => parse({ noise: [{ ...noise[0], site: 'ffn.hidden' }], evaluate: 'mean-field' })).toThrow(
    /key "evaluate": "mean-field" needs/,
  );
});
