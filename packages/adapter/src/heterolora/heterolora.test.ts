import { present } from '@lab/records';
import { fold, key } from '@lab/random';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, type HostParams, type Probe } from '../index.ts';
import { initial, linears, output, tensors, tiny, trained } from '../../test/tiny.ts';
import { budgetOf, keepBest, modulesKept, type Candidate } from './choose.ts';
import { branchesOf, shortcutsOf, SHORTCUTS } from './modules.ts';
import { alphaTest, emptiness, gradNorm, snip, SWITCHES } from './proxies.ts';
import { floatsAt } from '../named.ts';

const everywhere = { target_modules: linears.map(({ path }) => path) };
const build = (options: object = {}) =>
  adapters.build(adapters.parse({ name: 'heterolora', r: 2, ...everywhere, ...options }), tiny);

/** Two of the tiny layers one after the other, for the shortcut between layers. */
const deep = {
  ...tiny,
  layers: 2,
  linears: [0, 1].flatMap((layer) =>
    linears.map((spec) => ({ ...spec, layer, path: spec.path.replace('layer.0', `layer.${layer}`) })),
  ),
  sites: (batch: number, tokens: number) =>
    [0, 1].flatMap((layer) =>
      tiny.sites(batch, tokens).map((use) => ({
        ...use,
        place: { layer, path: use.place.path.replace('layer.0', `layer.${layer}`) },
      })),
    ),
};

const switches = (on: readonly number[]): HostParams[string] => ({
  dtype: 'float32',
  shape: [on.length],
  data: Float32Array.from(on),
});

const candidates = (scores: readonly number[], shortcuts = 0, size = 10): readonly Candidate[] =>
  scores.map((score, i) => ({ score, size, shortcut: i >= scores.length - shortcuts }));

describe('the space', () => {
  it('has four shortcuts a layer, but no shortcut2 in the first', () => {
    expect(shortcutsOf(deep, SHORTCUTS).map(({ path, dIn, dOut }) => `${path} ${dIn}-${dOut}`)).toEqual([
      'layer.0.attention.residual1 4-6',
      'layer.0.ffn.residual2 6-6',
      'layer.0.ffn.shortcut1 4-6',
      'layer.1.attention.residual1 4-6',
      'layer.1.attention.shortcut2 6-6',
      'layer.1.ffn.residual2 6-6',
      'layer.1.ffn.shortcut1 4-6',
    ]);
  });

  it('of OPT-350M has 48 branches and 95 shortcuts, of which 36 are kept', () => {
    // papers.md 3.1, 3.3: floor(.25 * 48) + round(.25 * 95); and 48 modules of rank 24 weigh as
    // much as 36 of rank 32.
    expect(modulesKept(48, 95, 0.25)).toBe(36);
    expect(modulesKept(48, 95, 0.25) * 32).toBe(48 * 24);
    expect(modulesKept(48, 95, 0.25) * 8).toBe(48 * 6);
  });

  it('a switch of 0 removes a module, whatever its weights are', () => {
    const adapter = build();
    const params = trained(adapter);
    const count = floatsAt(params, SWITCHES).length;
    const values = (on: readonly number[], given: HostParams = params) =>
      tf.tidy(() => [...output(adapter, tensors({ ...given, [SWITCHES]: switches(on) })).dataSync()]);
    const none = Array.from({ length: count }, () => 0);
    expect(values(none)).toEqual(values(none, initial(adapter)));
    for (let i = 0; i < count; i++) expect(values(none.map((_, j) => Number(i === j)))).not.toEqual(values(none));
  });

  it('says what is trained: nothing of a module that is off', () => {
    const adapter = build({ shortcuts: [] });
    tf.tidy(() => {
      const on = linears.map((_, i) => i % 2);
      const mask = present(adapter.trainable)({}, { [SWITCHES]: tf.tensor1d(on) });
      const trained = linears.map(({ path }) =>
        [`${path}.lora_A`, `${path}.lora_B`].map((n) => present(mask[n]).dataSync()[0]),
      );
      expect(trained).toEqual(on.map((x) => [x, x]));
      const used = present(adapter.used)({ [SWITCHES]: { dtype: 'float32', shape: [7], data: Float32Array.from(on) } });
      expect(used).toBe(linears.reduce((sum, { dIn, dOut }, i) => sum + (i % 2) * 2 * (dIn + dOut), 0));
    });
  });
});

describe('the choice', () => {
  const rule = { share: 0.5, count: 'modules', budget: 'combined' } as const;

  it('keeps the best', () => {
    expect(keepBest(candidates([3, 1, 4, 1]), rule, key(0))).toEqual([true, false, true, false]);
  });

  it('of equal scores keeps each equally often, and the same for the same key', () => {
    const n = 400;
    const draws = Array.from({ length: n }, (_, i) => keepBest(candidates([1, 1, 1, 1]), rule, fold(key(5), i)));
    const counts = [0, 1, 2, 3].map((module) => draws.filter((on) => on[module]).length);
    // Binomial with n = 400, p = 1/2: standard deviation 10; five of them.
    for (const count of counts) expect(Math.abs(count - n / 2)).toBeLessThan(50);
    expect(keepBest(candidates([1, 1, 1, 1]), rule, key(3))).toEqual(keepBest(candidates([1, 1, 1, 1]), rule, key(3)));
  });

  it('separated, keeps a share of branches and a share of shortcuts', () => {
    const six = candidates([9, 8, 7, 6, 2, 1], 2);
    expect(keepBest(six, rule, key(0))).toEqual([true, true, true, false, false, false]);
    expect(keepBest(six, { ...rule, budget: 'separated' }, key(0))).toEqual([true, true, false, false, true, false]);
  });

  it('never keeps more parameters than the budget', () => {
    for (const count of ['modules', 'parameters'] as const)
      for (const budget of ['combined', 'separated'] as const)
        for (let i = 0; i < 50; i++) {
          const some = Array.from({ length: 9 }, (_, j) => ({
            score: (i * 7 + j * 5) % 11,
            size: 1 + ((i * 3 + j * 13) % 17),
            shortcut: j > 4,
          }));
          const given = { share: 0.25 + (i % 3) / 4, count, budget };
          const on = keepBest(some, given, fold(key(1), i));
          const size = some.reduce((sum, c, j) => sum + (on[j] ? c.size : 0), 0);
          expect(size).toBeLessThanOrEqual(budgetOf(some, given));
        }
  });
});

describe('proxies', () => {
  const modules = branchesOf(linears.slice(0, 2));
  const one = (values: readonly number[]) => ({
    dtype: 'float32' as const,
    shape: [values.length],
    data: Float32Array.from(values),
  });
  const named = (values: readonly (readonly number[])[]): HostParams =>
    Object.fromEntries(
      modules.flatMap(({ path }, i) => [
        [`${path}.lora_A`, one(values[2 * i]!)],
        [`${path}.lora_B`, one(values[2 * i + 1]!)],
      ]),
    );
  const params = named([[1, -2], [3], [1, 1], [0]]);
  const grad = named([[3, 4], [-2], [0, 0], [5]]);

  it('are what their papers say, worked by hand', () => {
    expect(gradNorm(modules, grad)).toEqual([5 + 2, 5]);
    expect(snip(modules, params, grad)).toEqual([3 + 8 + 6, 0]);
  });

  it('find the smallest scale that keeps the metric', async () => {
    const metric: Probe['metric'] = async (given) => {
      const [a, b] = floatsAt(given, SWITCHES);
      return (a! >= 0.35 ? 1 : 0) + (b! >= 0 ? 1 : 0);
    };
    const all = { [SWITCHES]: one([1, 1]) };
    expect(await alphaTest(modules, all, metric, 0.5)).toEqual([0.4, 0]);
    expect(await alphaTest(modules, all, metric, 2)).toEqual([0, 0]);
  });

  it('at B = 0 say so where they are zero, and the gradient norm is that of B', async () => {
    const adapter = build({ search: 'static', proxy: 'snip' });
    const start = initial(adapter);
    const slopes = Object.fromEntries(
      adapter.params.map(({ name, shape }) => [
        name,
        { ...present(start[name]), shape, data: floatsAt(start, name).map(() => (name.endsWith('lora_B') ? 1 : 0)) },
      ]),
    );
    const probe: Probe = { gradient: async () => slopes, flow: async () => slopes, metric: async () => 1 };
    const choice = async (proxy: string) =>
      (await present(build({ search: 'static', proxy }).search).choose(probe, start, key(1))).chosen;
    expect((await choice('snip')).warning).toContain('all scores are 0');
    expect((await choice('synflow')).warning).toContain('all scores are 0');
    const { modules: scored, warning, parameters, budget } = await choice('grad-norm');
    expect(warning).toBeUndefined();
    const first = scored.find(({ name }) => name === present(linears[0]).path)!;
    expect(first.score).toBeCloseTo(Math.sqrt(2 * 4), 6);
    expect(parameters).toBeLessThanOrEqual(budget);
    expect(emptiness('const', [1, 1])).toBeNull();
  });
});

it('searches once, or every so many steps', () => {
  const due = (options: object) =>
    [0, 1, 2, 3, 4, 5, 6].filter((step) => build(options).search?.due({ step, steps: 7, perEpoch: 10 }));
  expect(due({ search: 'none' })).toEqual([]);
  expect(due({ search: 'static' })).toEqual([0]);
  expect(due({ search: 'dynamic', every: 0.3 })).toEqual([0, 3, 6]);
});

it('with shortcuts is not merged, without them it is', () => {
  expect(build().delta).toBeUndefined();
  expect(build({ shortcuts: [] }).delta).toBeDefined();
});

describe('shortcuts between sublayers, in a model that norms after the residual', () => {
  const postNorm = { ...deep, norms: 'after' as const };
  const adapter = adapters.build(
    adapters.parse({ name: 'heterolora', r: 2, target_modules: ['query'], shortcuts: ['shortcut1'] }),
    postNorm,
  );
  const place = { path: 'layer.1.ffn', layer: 1 };
  const norm = (x: tf.Tensor): tf.Tensor => tf.mul(x, 2);
  const joined = (on: 0 | 1, start: HostParams): readonly number[] =>
    tf.tidy(() => {
      const count = floatsAt(start, SWITCHES).length;
      const params = tensors({ ...start, [SWITCHES]: switches(new Array<number>(count).fill(on)) });
      const flow = { input: () => tf.ones([1, 1, 4]), record: () => undefined };
      return [...present(adapter.afterNorm)(place, tf.fill([1, 1, 6], 3), norm, params, flow).dataSync()];
    });

  it('join after that norm, which then acts once more', () => {
    // B = 0: the norm of what was there. Off: what was there, to the last bit.
    expect(joined(1, initial(adapter))).toEqual(new Array(6).fill(6));
    expect(joined(0, trained(adapter))).toEqual(new Array(6).fill(3));
    expect(joined(1, trained(adapter))).not.toEqual(joined(1, initial(adapter)));
  });

  it('join before it by choice, and where there is none', () => {
    const options = { name: 'heterolora', target_modules: ['query'] };
    const before = adapters.parse({ ...options, joins: 'before-norm' });
    expect(adapters.build(before, postNorm).afterNorm).toBeUndefined();
    expect(adapters.build(adapters.parse(options), deep).afterNorm).toBeUndefined();
  });
});

it('scores on the first batches, and synflow on the loss, unless told otherwise', () => {
  expect(build().search).toMatchObject({ scoring: 'first', flow: 'loss' });
  expect(build({ scoring: 'redrawn', synflow: 'outputs' }).search).toMatchObject({
    scoring: 'redrawn',
    flow: 'outputs',
  });
});
