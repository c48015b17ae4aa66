import { present } from '@lab/records';
import { fold, key } from '@lab/random';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize, forwardWith, merge, noNoise, selectTargets, type Site } from '../src/index.ts';
import { kaimingUniform } from '../src/lora/init.ts';
import { loraScale } from '../src/lora/scale.ts';
import { drawn, linears, output, tensors, tiny, trained, weights } from './tiny.ts';

const loraOf = (options: object) =>
  adapters.build(adapters.parse({ name: 'lora', target_modules: 'all-linear', ...options }), tiny);

describe('scale', () => {
  it('is alpha / r, and alpha / sqrt(r) for rsLoRA', () => {
    expect(loraScale({ r: 4, alpha: 6, rslora: false })).toBe(1.5);
    expect(loraScale({ r: 4, alpha: 6, rslora: true })).toBe(3);
  });

  it('multiplies the update', () => {
    const one = loraOf({ r: 2, alpha: 2, target_modules: ['query'] });
    const three = loraOf({ r: 2, alpha: 6, target_modules: ['query'] });
    const [spec] = one.targets;
    const delta = present(one.delta)(spec!, trained(one));
    expect(delta.some((x) => x !== 0)).toBe(true);
    present(three.delta)(spec!, trained(one)).forEach((x, i) => expect(x).toBeCloseTo(3 * present(delta[i]), 6));
  });
});

describe('the update', () => {
  it('is s (B A)ᵀ, worked by hand', () => {
    const adapter = loraOf({ r: 1, alpha: 2, target_modules: ['layer.0.attention.position'] });
    const params = {
      'layer.0.attention.position.lora_A': { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) },
      'layer.0.attention.position.lora_B': { dtype: 'float32', shape: [4, 1], data: Float32Array.of(1, 0, -1, 10) },
    } as const;
    expect([...present(adapter.delta)(present(adapter.targets[0]), params)]).toEqual([
      2, 0, -2, 20, 4, 0, -4, 40, 6, 0, -6, 60,
    ]);
  });

  it('merged twice from the same weights is the same to the last bit, and leaves the weights alone', () => {
    const adapter = loraOf({ r: 3 });
    const before = structuredClone(weights);
    const [one, two] = [merge(adapter, weights, trained(adapter)), merge(adapter, weights, trained(adapter))];
    expect(one).toEqual(two);
    expect(weights).toEqual(before);
    const changed = Object.keys(weights).filter((name) => one[name] !== weights[name]);
    expect(changed.sort()).toEqual(adapter.targets.map(({ path }) => `${path}.weight`).sort());
  });
});

describe('start values of A', () => {
  it('are uniform on ±1/sqrt(d_in), PEFT’s Kaiming law, and belong to the name of the parameter', () => {
    const A = kaimingUniform(key(1), 50, 400);
    const bound = 1 / 20;
    expect(A.every((x) => Math.abs(x) <= bound)).toBe(true);
    const mean = A.reduce((a, b) => a + b, 0) / A.length;
    const variance = A.reduce((a, b) => a + b * b, 0) / A.length;
    const sd = bound / Math.sqrt(3);
    expect(Math.abs(mean)).toBeLessThan((4.5 * sd) / Math.sqrt(A.length));
    // Var(u^2) = 4/45 bound^4
    expect(Math.abs(variance - sd ** 2)).toBeLessThan((4.5 * bound ** 2 * Math.sqrt(4 / 45)) / Math.sqrt(A.length));
    expect(kaimingUniform(fold(key(1), 'x'), 2, 9)).not.toEqual(kaimingUniform(fold(key(1), 'y'), 2, 9));
  });
});

describe('parameter counts', () => {
  it.each([1, 4, 8])('are the sum of r (d_in + d_out), r = %i', (r) => {
    const adapter = loraOf({ r, target_modules: 'all-linear' });
    const expected = linears
      .filter(({ per }) => per !== 'example')
      .reduce((n, { dIn, dOut }) => n + r * (dIn + dOut), 0);
    expect(adapterSize(adapter)).toBe(expected);
  });

  it('of the other adapters follow their formulas', () => {
    const size = (options: object) => adapterSize(adapters.build(adapters.parse(options), tiny));
    const on = { target_modules: ['query', 'ffn.output'] };
    expect(size({ name: 'adalora', init_r: 3, target_r: 2, ...on })).toBe(3 * (4 + 4 + 1) + 3 * (5 + 6 + 1));
    expect(size({ name: 'sora', r: 3, ...on })).toBe(3 * (4 + 4 + 1) + 3 * (5 + 6 + 1));
    // Both sublayers are 6 wide: down, its bias, up, its bias.
    expect(size({ name: 'houlsby', size: 2 })).toBe(2 * (2 * 6 + 2 + 6 * 2 + 6));
    expect(size({ name: 'pfeiffer', size: 2 })).toBe(2 * 6 + 2 + 6 * 2 + 6);
    expect(size({ name: 'bitfit' })).toBe(4 + 4 + 6 + 5 + 6 + 6);
    expect(size({ name: 'full', ...on })).toBe(4 * 4 + 4 + 5 * 6 + 6);
    expect(size({ name: 'none' })).toBe(0);
  });
});

describe('target_modules', () => {
  const paths = (names: 'all-linear' | readonly string[]) => selectTargets(linears, names).map(({ path }) => path);

  it('are whole paths or their ends at a dot, as in PEFT, in the order of the model', () => {
    expect(paths(['output'])).toEqual(['layer.0.attention.output', 'layer.0.ffn.output']);
    expect(paths(['ffn.output', 'query'])).toEqual(['layer.0.attention.query', 'layer.0.ffn.output']);
    expect(paths(['layer.0.attention.query'])).toEqual(['layer.0.attention.query']);
    expect(() => paths(['put'])).toThrow('"put" names no linear map');
  });

  it('all-linear leaves out maps that see one vector an example', () => {
    expect(paths('all-linear')).toEqual(linears.filter(({ per }) => per !== 'example').map(({ path }) => path));
  });

  it('name what is allowed for a word that matches nothing', () => {
    expect(() => paths(['query', 'q_proj'])).toThrow(
      'adapter.target_modules: "q_proj" names no linear map; allowed: all-linear, attention.query',
    );
  });
});

describe('noise', () => {
  const used = (noise: 'all' | 'weights'): readonly Site[] => {
    const adapter = loraOf({ r: 2, target_modules: ['query'] });
    const sites: Site[] = [];
    tf.tidy(() => {
      const forward = forwardWith(tiny, adapter, tensors(weights), tensors(trained(adapter)), (site, _place, value) => {
        sites.push(site);
        return value;
      });
      forward.linear('layer.0.attention.query', tf.ones([1, 2, 4]), noise);
    });
    return sites;
  };

  it('meets every stage of the branch in forward order, or its matrices alone', () => {
    expect(used('all')).toEqual(['lora.input', 'lora.A', 'lora.rank', 'lora.B', 'lora.delta']);
    expect(used('weights')).toEqual(['lora.A', 'lora.B']);
  });

  it('on B’s rows and A’s columns removes rows and columns of the update', () => {
    const adapter = loraOf({ r: 2, target_modules: ['ffn.output'] });
    const values = (drop: boolean) =>
      tf.tidy(() => {
        const params = tensors(trained(adapter));
        const mask = (value: tf.Tensor, axis: 0 | 1) => {
          const n = present(value.shape[axis]);
          const keep = tf.tensor(
            Array.from({ length: n }, (_, i) => Number(i !== 1)),
            axis === 0 ? [n, 1] : [1, n],
          );
          return tf.mul(value, keep);
        };
        const x = tf.eye(5).reshape([1, 5, 5]);
        const base = { W: tf.zeros([5, 6]) as tf.Tensor2D };
        return adapter
          .linear(present(adapter.targets[0]), x, base, params, (site, _place, value) =>
            !drop ? value : site === 'lora.A' ? mask(value, 1) : site === 'lora.B' ? mask(value, 0) : value,
          )
          .reshape([5, 6])
          .arraySync() as number[][];
      });
    const [whole, masked] = [values(false), values(true)];
    whole.forEach((row, i) =>
      row.forEach((x, o) => expect(present(masked[i])[o]! + 0).toBe(i === 1 || o === 1 ? 0 : x)),
    );
    expect(whole.flat().every((x) => x !== 0)).toBe(true);
  });
});

describe('a forward pass', () => {
  it('says which weight or map a model does not have', () => {
    const adapter = loraOf({});
    const forward = forwardWith(tiny, adapter, {}, {}, noNoise);
    expect(() => forward.weight('nothing')).toThrow('tiny has no weight named nothing');
    const full = forwardWith(tiny, adapter, tensors({ 'x.weight': drawn('x', [2, 2]) }), {}, noNoise);
    expect(() => full.linear('x', tf.ones([1, 1, 2]))).toThrow('tiny declares no linear map x');
  });

  it('of two targets differs from that of one', () => {
    const [one, two] = [loraOf({ target_modules: ['query'] }), loraOf({ target_modules: ['query', 'value'] })];
    const values = (adapter: typeof one) => output(adapter, tensors(trained(adapter))).dataSync();
    expect(values(one)).not.toEqual(values(two));
  });
});
