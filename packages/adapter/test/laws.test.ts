import { present } from '@lab/records';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { layoutOf, sizeOf, tf, unpack, valueAndGrad, pack } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize, merge, type Adapter, type SiteUse } from '../src/index.ts';
import { BATCH, initial, linears, output, tensors, tiny, TOKENS, trained, weights } from './tiny.ts';

/** Every adapter, on every map of the tiny model where it has a choice. */
const all = adapters.entries.map(({ name, options }) => {
  const everywhere = 'target_modules' in options.shape ? { target_modules: linears.map(({ path }) => path) } : {};
  // What is held constant in a gradient makes it another than the slope.
  const exact = 'gradient' in options.shape ? { gradient: 'exact' } : {};
  return [name, adapters.build(adapters.parse({ name, ...everywhere, ...exact }), tiny)] as const;
});

const values = (compute: () => tf.Tensor): Float32Array => tf.tidy(compute).dataSync() as Float32Array;
const none = adapters.build(adapters.parse({ name: 'none' }), tiny);
const base = values(() => output(none, {}));

describe.each(all)('adapter %s', (name, adapter) => {
  it('has a card that names its paper and says how it is used', () => {
    const card = new URL(`../src/${name}/README.md`, import.meta.url);
    expect(existsSync(card)).toBe(true);
    const { cite } = adapters.find(name);
    expect(readFileSync(card, 'utf8')).toContain(cite.url);
  });

  it('parses strictly and fills defaults that parse to themselves', () => {
    const parsed = adapters.parse({ name });
    expect(adapters.parse(parsed)).toEqual(parsed);
    expect(() => adapters.parse({ name, nonsense: 1 })).toThrow('unknown key "nonsense"');
  });

  it('starts at the pretrained model, to the last bit', () => {
    expect(values(() => output(adapter, tensors(initial(adapter))))).toEqual(base);
  });

  it('names its parameters once and gives each as many start values as its shape has', () => {
    const names = adapter.params.map((param) => param.name);
    expect(new Set(names).size).toBe(names.length);
    for (const [param, array] of Object.entries(initial(adapter)))
      expect([param, array.data.length]).toEqual([param, sizeOf(array.shape)]);
    expect(adapterSize(adapter)).toBe(layoutOf(adapter.params.filter(({ frozen }) => !frozen)).size);
  });

  it('moves the output, and its gradient reaches every parameter and is the slope of the output', () => {
    if (adapter.params.length === 0) return;
    const layout = layoutOf(adapter.params);
    const loss = (theta: tf.Tensor1D): tf.Scalar => tf.sum(tf.sin(output(adapter, unpack(layout, theta))));
    tf.tidy(() => {
      const theta = pack(layout, tensors(trained(adapter)));
      const grad = valueAndGrad(loss, theta).grad;
      const constants = new Set(adapter.params.flatMap((param) => (param.frozen ? [param.name] : [])));
      for (const [param, part] of Object.entries(unpack(layout, grad)))
        if (constants.has(param)) expect([param, tf.sum(tf.abs(part)).arraySync()]).toEqual([param, 0]);
        else expect([param, (tf.sum(tf.abs(part)).arraySync() as number) > 1e-6]).toEqual([param, true]);
      expect(values(() => output(adapter, tensors(trained(adapter))))).not.toEqual(base);
      // Central difference along the gradient: the loss is of size 10 and rounds to about 1e-6,
      // which 2 h = 1e-2 turns into 1e-4; what the third derivative leaves is below h^2 = 2.5e-5 of
      // it.
      const norm = tf.norm(grad).arraySync() as number;
      const at = (h: number) => loss(tf.add(theta, tf.mul(grad, h / norm))).arraySync();
      // A steep loss (norms of some hundred, where an adapter has many ranks) is followed over a
      // shorter way: the sine's third derivative leaves (h norm)^2 / 6 = 4e-4 of the slope.
      const h = Math.min(5e-3, 0.05 / norm);
      const slope = (at(h) - at(-h)) / (2 * h);
      expect(Math.abs(slope - norm)).toBeLessThan(2e-3 * (1 + norm));
    });
  });

  it('declares the sites that a forward pass meets, with their shapes, in order', () => {
    const used: SiteUse[] = [];
    values(() =>
      output(adapter, tensors(trained(adapter)), tensors(weights), (site, place, value) => {
        if (site.startsWith('lora.'))
          used.push({ site, place: { path: place.path, layer: place.layer }, shape: value.shape });
        return value;
      }),
    );
    const text = (use: SiteUse) => `${use.place.path} ${use.place.layer} ${use.site} [${use.shape.join()}]`;
    expect(used.map(text)).toEqual(adapter.sites(BATCH, TOKENS).map(text));
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    values(() => output(adapter, tensors(trained(adapter))));
    // What comes out of a tidy is one tensor, and it was only read.
    const kept = tf.memory().numTensors - before;
    expect(kept).toBe(1);
    if (adapter.state) stateIsPure(adapter);
  });

  it('is merged exactly, or refused', () => {
    if (!adapter.delta && !adapter.deltaFrom && !adapter.deltaBias) {
      if (adapter.params.length > 0)
        expect(() => merge(adapter, weights, {})).toThrow('no update that could be merged');
      return;
    }
    const params = trained(adapter);
    const merged = merge(adapter, weights, params);
    expect(merge(adapter, weights, params)).toEqual(merged);
    const [apart, together] = [
      values(() => output(adapter, tensors(params))),
      values(() => output(none, {}, tensors(merged))),
    ];
    // Some ten sums of at most twelve terms of size below ten, each rounded to 2^-24.
    together.forEach((x, i) => expect(Math.abs(x - present(apart[i]))).toBeLessThan(1e-4));
    expect(together).not.toEqual(base);
  });
});

/**
 * The update of an adapter's state gives the same numbers twice, new names are none, and nothing is
 * kept but its outputs.
 */
const stateIsPure = ({ params, state }: Adapter): void => {
  const slots = Object.fromEntries(state!.slots.map(({ name, shape, init }) => [name, tf.tensor(init(), [...shape])]));
  const inputs = Object.fromEntries(
    Object.entries(state!.inputs({ step: 5, steps: 10 })).map(([name, value]) => [name, tf.scalar(value)]),
  );
  const given = tensors(Object.fromEntries(params.map(({ name, shape }) => [name, trainedLike(name, shape)])));
  const before = tf.memory().numTensors;
  const moments = () => ({ m: given, v: given });
  const run = () =>
    tf.tidy(() => {
      const {
        params: next,
        slots: constants,
        moments: moved,
      } = state!.update({
        params: given,
        grads: given,
        slots,
        inputs,
        moments,
      });
      return { params: next, slots: constants, m: moved?.m ?? {}, v: moved?.v ?? {} };
    });
  const [one, two] = [run(), run()];
  expect(Object.keys(one.params).sort()).toEqual(params.map(({ name }) => name).sort());
  expect(Object.keys(one.slots).sort()).toEqual(state!.slots.map(({ name }) => name).sort());
  const parts = ['params', 'slots', 'm', 'v'] as const;
  for (const part of parts)
    for (const [name, value] of Object.entries(one[part]))
      expect(value.dataSync()).toEqual(two[part][name]!.dataSync());
  const fresh = [one, two].flatMap((o) => parts.flatMap((part) => Object.values(o[part])));
  const owned = new Set(fresh.filter((t) => !Object.values(given).includes(t)));
  expect(tf.memory().numTensors - before).toBe(owned.size);
};

const trainedLike = (name: string, shape: readonly number[]) => {
  const adapter = { params: [{ name, shape }] } as unknown as Adapter;
  return trained(adapter)[name]!;
};

it('the catalogue and the folders agree', () => {
  const source = new URL('../src/', import.meta.url);
  const folders = readdirSync(source, { withFileTypes: true }).filter(
    (item) => item.isDirectory() && existsSync(new URL(`${item.name}/README.md`, source)),
  );
  expect(folders.map(({ name }) => name).sort()).toEqual([...adapters.names].sort());
});
