import { describe, expect, it } from 'vitest';
import { describeMethod, methods } from '../index.ts';

const build = (options: object = {}) => methods.build(methods.parse({ name: 'lora-dropout', ...options }));
const sites = (noise: readonly { site: string; structure: string }[] = []) =>
  noise.map(({ site, structure }) => `${site} ${structure}`);

it('masks columns of A and rows of B, never the rank, without rescaling', () => {
  const { noise, samples, evaluate } = build();
  expect(sites(noise)).toEqual(['lora.A column', 'lora.B row']);
  expect(noise.map(({ compensation, p }) => [compensation, p])).toEqual([
    ['none', 0.3],
    ['none', 0.3],
  ]);
  expect({ samples, evaluate }).toEqual({ samples: 4, evaluate: { readout: 'ensemble-logits' } });
  expect(describeMethod('lora-dropout').axes).toHaveLength(2);
});

it('a mask for each example acts on the branch instead of the matrices', () => {
  expect(sites(build({ scope: 'example' }).noise)).toEqual(['lora.input column', 'lora.delta column']);
});

describe('the ablation of Figure 4', () => {
  it('Drop_train has no masks at test', () => {
    const { noise, testNoise, evaluate } = build({ where: 'train', evaluate: 'mean-field' });
    expect([sites(noise).length, testNoise, evaluate]).toEqual([2, [], { readout: 'mean-field' }]);
    expect(build({ where: 'train', evaluate: 'deterministic' }).evaluate).toEqual({ readout: 'deterministic' });
  });

  it('Drop_test has masks only at test, and one pass in training', () => {
    const { noise, testNoise, samples, evaluate } = build({ where: 'test' });
    expect([noise, sites(testNoise).length, samples, evaluate.readout]).toEqual([[], 2, 1, 'ensemble-logits']);
  });

  it('a readout that contradicts it is refused with the reason', () => {
    expect(() => build({ where: 'train' })).toThrow(
      /key "evaluate": .*leaves no masks.*allowed: "deterministic", "mean-field"/,
    );
    expect(() => build({ where: 'test', evaluate: 'deterministic' })).toThrow(
      /key "evaluate": .*allowed: "ensemble-logits"/,
    );
  });
});
