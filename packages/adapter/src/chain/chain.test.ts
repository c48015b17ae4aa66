import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize, merge, type Adapter } from '../index.ts';
import { tensorAt } from '../named.ts';
import { initial, linears, output, tensors, tiny, trained, weights } from '../../test/tiny.ts';
import { roundsOf } from '../xgblora/index.ts';

const target_modules = linears.map(({ path }) => path);
const build = (name: string, options: object = {}) =>
  adapters.build(adapters.parse({ name, target_modules, ...options }), tiny);
const path = present(linears[0]).path;

/** Parameters after the adapter's update of a step. */
const after = (adapter: Adapter, params: Params, step: number, steps = 9): Params => {
  const state = present(adapter.state);
  const scalars = Object.entries(state.inputs({ step, steps })).map(([name, x]) => [name, tf.scalar(x)] as const);
  const inputs = Object.fromEntries(scalars);
  return state.update({ params, grads: {}, slots: {}, inputs, moments: () => ({ m: {}, v: {} }) }).params;
};

/** What of a parameter is trained in a step. */
const trainedIn = (adapter: Adapter, step: number, name: string, steps = 9): number[] =>
  tf.tidy(() => {
    const scalars = Object.entries(present(adapter.state).inputs({ step, steps }));
    const inputs = Object.fromEntries(scalars.map(([key, x]) => [key, tf.scalar(x)]));
    return [...tensorAt(present(adapter.trainable)(inputs, {}), name).dataSync()];
  });

const near = (a: tf.Tensor, b: tf.Tensor): void => {
  const other = b.dataSync();
  // Two orders of some dozen float32 sums of size below twenty.
  a.dataSync().forEach((x, i) => expect(Math.abs(x - present(other[i]))).toBeLessThan(5e-5));
};

describe.each(['cola', 'rac-lora', 's-lora', 'xgblora'])('%s', (name) => {
  const adapter = build(name, { r: 2, ...(name === 'xgblora' ? { rounds: 3, norm: 0 } : { links: 3 }) });

  it('starts the optimiser afresh with every link', () => {
    const age = present(adapter.age);
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => age({ step, steps: 9 }))).toEqual([0, 1, 2, 0, 1, 2, 0]);
    for (let step = 1; step < 10; step++)
      expect([0, age({ step: step - 1, steps: 10 }) + 1]).toContain(age({ step, steps: 10 }));
  });

  it('between links the update leaves every parameter as it is, to the last bit', () => {
    tf.tidy(() => {
      const params = tensors(trained(adapter));
      for (const [key, value] of Object.entries(after(adapter, params, 0)))
        if (key !== 'chain.link') expect([key, value.dataSync()]).toEqual([key, tensorAt(params, key).dataSync()]);
    });
  });

  it('an ended link adds what it added, and the next begins with an update of zero', () => {
    tf.tidy(() => {
      // A link trained from its start: the banks hold draws for links to come, which add nothing.
      const start = tensors(initial(adapter));
      const own = Object.entries(tensors(trained(adapter))).filter(([key]) => /lora_[AB]$|magnitude$/.test(key));
      const params = { ...start, ...Object.fromEntries(own) };
      const next = after(adapter, params, 2);
      near(output(adapter, next), output(adapter, params));
      const [A, B] = [tensorAt(next, `${path}.lora_A`), tensorAt(next, `${path}.lora_B`)];
      expect(tf.sum(tf.abs(tf.matMul(B, A))).dataSync()[0]).toBe(0);
      expect(present(tf.add(tf.sum(tf.abs(A)), tf.sum(tf.abs(B))).dataSync()[0])).toBeGreaterThan(0);
      // The third link draws other factors than the second.
      const third = after(adapter, { ...next, ...Object.fromEntries(own) }, 5);
      const drawnSide = name === 'rac-lora' ? 'lora_B' : 'lora_A';
      const drawn = (of: Params) => tensorAt(of, `${path}.${drawnSide}`).dataSync();
      expect(drawn(third)).not.toEqual(drawn(next));
    });
  });

  it('noise meets the current link alone', () => {
    tf.tidy(() => {
      const params = tensors(trained(adapter));
      const silent = output(adapter, params, tensors(weights), (site, _place, value) =>
        site === 'lora.B' ? tf.zerosLike(value) : value,
      );
      const without = Object.entries(params).map(([key, value]) => [
        key,
        /lora_[AB]$/.test(key) ? tf.zerosLike(value) : value,
      ]);
      near(silent, output(adapter, Object.fromEntries(without)));
      const host = trained(adapter);
      const frozen = { ...adapter, delta: present(adapter.noiselessDelta) };
      near(
        silent,
        output(adapters.build(adapters.parse({ name: 'none' }), tiny), {}, tensors(merge(frozen, weights, host))),
      );
    });
  });

  it('counts the parameters of one link', () => {
    const all = linears.reduce((sum, { dIn, dOut }) => sum + 2 * (dIn + dOut), 0);
    const ofOne = linears.reduce((sum, { dIn }) => sum + 2 * dIn, 0);
    const magnitudes = name === 's-lora' ? 3 * linears.length : 0;
    expect(adapterSize(adapter)).toBe(name === 'rac-lora' ? ofOne : all + magnitudes);
  });
});

it('directions of s-lora are divided by their norms when they end, and magnitudes begin at .8', () => {
  for (const normalise of ['factors', 'product']) {
    const adapter = build('s-lora', { r: 2, links: 2, normalise });
    expect([...present(initial(adapter)[`${path}.magnitude`]).data]).toEqual([...Float32Array.of(0.8, 0.8)]);
    tf.tidy(() => {
      const params = tensors(trained(adapter));
      const next = after(adapter, { ...params, 'chain.link': tf.tensor1d([1, 0]) }, 0, 2);
      const A = tf.slice(tensorAt(next, `${path}.past_A`), [0, 0], [2, 4]);
      const B = tf.slice(tensorAt(next, `${path}.past_B`), [0, 0], [4, 2]);
      const norm = (x: tf.Tensor) => present(tf.norm(x).dataSync()[0]);
      expect(normalise === 'factors' ? norm(A) * norm(B) : norm(tf.matMul(B, A))).toBeCloseTo(1, 5);
    });
  }
});

it('rac-lora draws one factor of each link and trains the other', () => {
  const constants = (fixed: string) =>
    build('rac-lora', { fixed })
      .params.filter(({ frozen, name }) => frozen && /lora_[AB]$/.test(name))
      .map(({ name }) => name.slice(-1));
  expect(new Set(constants('A'))).toEqual(new Set(['A']));
  expect(new Set(constants('B'))).toEqual(new Set(['B']));
});

it('xgblora draws as many layers as it is told, in every round, and only their maps are trained', () => {
  const drawn = roundsOf([0, 1, 2, 3], { rounds: 20, layers: 2, seed: 0 });
  for (let round = 0; round < 20; round++)
    expect([0, 1, 2, 3].reduce((sum, layer) => sum + present(drawn.get(layer)?.[round]), 0)).toBe(2);
  // Twenty rounds of two in four: the chance that a layer is never drawn is 2^-20.
  for (const rounds of drawn.values()) expect(rounds).toContain(1);
  expect(trainedIn(build('xgblora', { rounds: 3 }), 4, `${path}.lora_B`)).toEqual([1]);
  expect(() => build('xgblora', { layers: 2 })).toThrow('adapter.layers is 2; the targets lie in 1 layers');
});

it('rolora trains B, then A, then B', () => {
  const adapter = build('rolora', { rounds: 3 });
  const rounds = (name: string) => [0, 2, 3, 5, 6, 8].map((step) => trainedIn(adapter, step, `${path}.${name}`)[0]);
  expect(rounds('lora_B')).toEqual([1, 1, 0, 0, 1, 1]);
  expect(rounds('lora_A')).toEqual([0, 0, 1, 1, 0, 0]);
});
