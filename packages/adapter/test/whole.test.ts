import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, merge } from '../src/index.ts';
import { adapterOf } from './peft-cases.ts';
import { initial, output, tensors, tiny, trained, weights } from './tiny.ts';

const values = (compute: () => tf.Tensor): readonly number[] => [...tf.tidy(compute).dataSync()];
const none = adapters.build(adapters.parse({ name: 'none' }), tiny);
const base = values(() => output(none, {}));
const build = (options: object) => adapters.build(adapters.parse({ name: 'lora', ...options }), tiny);

describe.each(['bias-all', 'saved', 'dora-saved'])('%s', (name) => {
  const adapter = adapterOf(name);

  it('starts at the pretrained model, to the last bit', () => {
    expect(values(() => output(adapter, tensors(initial(adapter))))).toEqual(base);
  });

  it('is merged with the weights that are trained whole', () => {
    const params = trained(adapter);
    const expected = values(() => output(adapter, tensors(params)));
    const found = values(() => output(none, {}, tensors(merge(adapter, weights, params))));
    expect(Math.max(...expected.map((x, i) => Math.abs(x - base[i]!)))).toBeGreaterThan(0.05);
    // Sums of ten float32 terms in another order.
    expect(Math.max(...expected.map((x, i) => Math.abs(x - found[i]!)))).toBeLessThan(2e-6);
  });
});

it('modules and models that cannot be trained whole are named', () => {
  const query = { target_modules: ['query'] };
  expect(() => build({ ...query, modules_to_save: ['poolers'] })).toThrow(
    'adapter.modules_to_save: tiny has no module "poolers"',
  );
  expect(() => build({ target_modules: ['pooler'], modules_to_save: ['pooler'] })).toThrow(
    'adapter.modules_to_save: pooler is a target; a module is one or the other',
  );
  const { tensors: _tensors, ...unlisted } = tiny;
  expect(() => adapters.build(adapters.parse({ name: 'lora', ...query, bias: 'all' }), unlisted)).toThrow(
    'adapter: the model tiny does not say which weights it has to train whole',
  );
});
