import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { initial, output, tensors, tiny, trained } from '../../test/tiny.ts';
import { tensorAt } from '../named.ts';

/** These updates leave the optimiser's moments alone. */
const none = () => ({ m: {}, v: {} });

const build = (options: object) =>
  adapters.build(adapters.parse({ name: 'sora', target_modules: 'all-linear', ...options }), tiny);

describe('sora', () => {
  it('draws gates from the standard normal law, as the authors’ code', () => {
    const gates = Object.entries(initial(build({ r: 512, target_modules: ['query', 'value'] })))
      .filter(([name]) => name.endsWith('lora_gate'))
      .flatMap(([, { data }]) => [...data]);
    const mean = gates.reduce((a, b) => a + b, 0) / gates.length;
    const variance = gates.reduce((a, b) => a + b * b, 0) / gates.length;
    expect(Math.abs(mean)).toBeLessThan(4.5 / Math.sqrt(gates.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4.5 * Math.sqrt(2 / gates.length));
  });

  it('takes xi off every gate after the optimiser, never across zero, and leaves the rest alone', () => {
    const adapter = build({ r: 4, xi: 0.25, target_modules: ['query'] });
    tf.tidy(() => {
      const params: Params = {
        ...tensors(trained(adapter)),
        'layer.0.attention.query.lora_gate': tf.tensor1d([1, -0.5, 0.125, -0.25]),
        'classifier.weight': tf.ones([2]),
      };
      const next = present(adapter.state).update({ params, grads: {}, slots: {}, inputs: {}, moments: none }).params;
      expect(Array.from(tensorAt(next, 'layer.0.attention.query.lora_gate').dataSync(), (x) => x + 0)).toEqual([
        0.75, -0.25, 0, 0,
      ]);
      expect(next['layer.0.attention.query.lora_A']).toBe(params['layer.0.attention.query.lora_A']);
      expect(next['classifier.weight']).toBe(params['classifier.weight']);
    });
  });

  it('adds lambda times the mean |gate| of all maps to the loss', () => {
    tf.tidy(() => {
      const params = { 'layer.0.attention.query.lora_gate': tf.tensor1d([1, -3]) };
      const penalty = (options: object) =>
        build({ r: 2, target_modules: ['query'], ...options })
          .penalty?.(params, {})
          .arraySync();
      expect(penalty({})).toBeCloseTo(10 * 2, 5);
      expect(penalty({ lambda: 0.5 })).toBeCloseTo(1, 6);
      expect(penalty({ lambda: 0 })).toBeUndefined();
    });
  });

  it('with a gate of zeros is the pretrained model: the rank is gone', () => {
    const adapter = build({ r: 2 });
    const values = (params: ReturnType<typeof trained>) => output(adapter, tensors(params)).dataSync();
    const closed = Object.fromEntries(
      Object.entries(trained(adapter)).map(([name, array]) => [
        name,
        name.endsWith('lora_gate') ? { ...array, data: new Float32Array(2) } : array,
      ]),
    );
    expect(values(closed)).toEqual(values(initial(adapter)));
    expect(values(trained(adapter))).not.toEqual(values(closed));
  });
});
