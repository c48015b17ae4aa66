import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, type LinearSpec, type Model } from '../src/index.ts';
import { batch, linears, output, tensors, tiny, trained, weights } from './tiny.ts';
import { forwardWith, noNoise } from '../src/index.ts';

const build = (options: { readonly name: string; readonly size?: number }, model: Model = tiny) =>
  adapters.build(adapters.parse(options), model);
const bare = (maps: readonly LinearSpec[]): Model => ({ ...tiny, linears: maps.map((m) => ({ ...m, bias: false })) });

describe('bottlenecks', () => {
  it('compute h + U act(D h + d) + u, worked by hand', () => {
    const adapter = build({ name: 'pfeiffer', size: 1 });
    const at = 'layer.0.ffn';
    tf.tidy(() => {
      const params = {
        [`${at}.adapter_down.weight`]: tf.tensor2d([[1, 0, 0, 0, 0, -1]]),
        [`${at}.adapter_down.bias`]: tf.tensor1d([0.5]),
        [`${at}.adapter_up.weight`]: tf.tensor2d([[2], [0], [0], [0], [0], [1]]),
        [`${at}.adapter_up.bias`]: tf.tensor1d([0, 0, 10, 0, 0, 0]),
      };
      const h = tf.tensor3d([
        [
          [3, 1, 1, 1, 1, 1],
          [0, 0, 0, 0, 0, 4],
        ],
      ]);
      const given = present(adapter.sublayer)('ffn', { path: at, layer: 0 }, h, h, params, {
        stream: h,
        input: () => undefined,
        record: () => undefined,
      });
      // relu(3 - 1 + .5) = 2.5; relu(0 - 4 + .5) = 0
      expect(given.arraySync()).toEqual([
        [
          [8, 1, 11, 1, 1, 3.5],
          [0, 0, 10, 0, 0, 4],
        ],
      ]);
      const attention = present(adapter.sublayer)('attention', { path: 'layer.0.attention', layer: 0 }, h, h, params, {
        stream: h,
        input: () => undefined,
        record: () => undefined,
      });
      expect(attention).toBe(h);
    });
  });

  it('stand after the feed-forward layer alone, or after attention too', () => {
    const places = (name: string) =>
      [...new Set(build({ name }).params.map((param) => param.name.replace(/\.adapter_.*/, '')))].sort();
    expect(places('pfeiffer')).toEqual(['layer.0.ffn']);
    expect(places('houlsby')).toEqual(['layer.0.attention', 'layer.0.ffn']);
  });
});

describe('full fine-tuning', () => {
  it('is the model with the moved weights', () => {
    const adapter = build({ name: 'full' });
    const params = trained(adapter);
    tf.tidy(() => {
      const moved = Object.fromEntries(
        Object.entries(weights).map(([name, array]) => {
          const change = params[name.replace(/\.(weight|bias)$/, '.delta_$1')];
          return [name, change ? { ...array, data: array.data.map((w, i) => w + present(change.data[i])) } : array];
        }),
      );
      const none = build({ name: 'none' });
      const [a, b] = [output(adapter, tensors(params)), output(none, {}, tensors(moved))];
      // The sum W + ΔW is the same float32 number on both sides.
      expect(a.dataSync()).toEqual(b.dataSync());
    });
  });

  it('trains every linear map, and only the biases that there are', () => {
    const names = build({ name: 'full' }).params.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('weight'))).toHaveLength(linears.length);
    expect(names).not.toContain('layer.0.attention.value.delta_bias');
  });
});

describe('bitfit', () => {
  it('moves biases alone', () => {
    const adapter = build({ name: 'bitfit' });
    expect(adapter.targets.map(({ path }) => path)).toEqual(
      linears.filter(({ bias }) => bias !== false).map(({ path }) => path),
    );
    tf.tidy(() => {
      const forward = forwardWith(tiny, adapter, tensors(weights), tensors(trained(adapter)), noNoise);
      const { ids } = batch();
      const x = tf.cast(tf.tile(tf.expandDims(ids, 2), [1, 1, 4]), 'float32');
      const frozen = forwardWith(tiny, build({ name: 'none' }), tensors(weights), {}, noNoise);
      const path = 'layer.0.attention.query';
      const change = tf.sub(forward.linear(path, x), frozen.linear(path, x));
      const expected = trained(adapter)[`${path}.delta_bias`]!.data;
      // Differences of numbers below 32, each rounded to 2^-24 of its size.
      change.dataSync().forEach((d, i) => expect(Math.abs(d - expected[i % 4]!)).toBeLessThan(32 * 2 ** -23));
    });
  });

  it('is refused for a model without biases', () => {
    expect(() => build({ name: 'bitfit' }, bare(linears))).toThrow('the linear maps of tiny have no biases');
  });
});
