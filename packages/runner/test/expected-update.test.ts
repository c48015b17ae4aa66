import { fileURLToPath } from 'node:url';
import { adapters, forwardWith, merge, noNoise, type Adapter, type Forward, type HostParams } from '@lab/adapter';
import type { Perturb } from '@lab/adapter';
import { drawMasks, mergeFactor, meanFieldScale, methods, perturbWith, planMasks } from '@lab/dropout';
import { asFloats, floats, ints, openEngine, readFloats, tf, type Engine, type HostArray } from '@lab/engine';
import type { Params, PureFunction } from '@lab/engine';
import { models } from '@lab/models';
import { fold, integer, key, normal } from '@lab/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { under } from '../src/step/programs.ts';

const [ROWS, TOKENS, DRAWS] = [2, 6, 4096];
/** Members that one call of the program reads. */
const AT_ONCE = 32;
const root = key(31);

const method = methods.build(methods.parse({ name: 'lora-dropout', p: 0.3, evaluate: 'mean-field' }));

/** Every family of checkpoints, DeBERTa with shared position keys, with keys of their own, and without positions. */
const FAMILIES = [
  ['bert', 'bert-pooler'],
  ['roberta', 'roberta-regression'],
  ['distilbert', 'distilbert'],
  ['deberta-v2', 'deberta-v3'],
  ['deberta-v2', 'deberta-apart'],
  ['deberta-v2', 'deberta-plain'],
  ['gpt2', 'gpt2-tied'],
  ['opt', 'opt-post-norm'],
  ['llama', 'llama-grouped'],
] as const;

const folderOf = (name: string): string =>
  fileURLToPath(new URL(`../../models/test/fixtures/families/${name}`, import.meta.url));

/** The tiny weights times four: far enough from zero that a wrong update shows in the outputs. */
const loud = (weights: HostParams): HostParams =>
  Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [
      name,
      array.shape.length === 2 ? { ...array, data: array.data.map((w) => 4 * w) } : array,
    ]),
  );

const open = async (name: string, fixture: string) => {
  const model = await models.build(models.parse({ name }), { weights: folderOf(fixture) });
  const adapter = adapters.build(adapters.parse({ name: 'lora', r: 2, alpha: 4, target_modules: 'all-linear' }), model);
  const params: HostParams = Object.fromEntries(
    adapter.params.map(({ name: param, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        param,
        floats(
          normal(fold(root, param), size).map((z) => 0.4 * z),
          shape,
        ),
      ];
    }),
  );
  const ids = Int32Array.from({ length: ROWS * TOKENS }, (_, i) => 1 + integer(fold(fold(root, 'ids'), i), 22));
  const valid = Float32Array.from({ length: ROWS * TOKENS }, (_, i) => (i < TOKENS + 4 ? 1 : 0));
  const batch = { ids: ints(ids, [ROWS, TOKENS]), valid: floats(valid, [ROWS, TOKENS]) };
  return { model, adapter, params, weights: loud(await model.weights()), batch };
};

type Opened = Awaited<ReturnType<typeof open>>;
type Arrays = { readonly [name: string]: HostArray };

const prefixed = (prefix: string, arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

/** A use of a linear map in a pass: its path, and whether tokens or relative positions pass through it. */
type Use = { readonly path: string; readonly mode: 'all' | 'weights' };

/** Last hidden states under a perturbation, and what every linear map met (`met/0`, `met/1`, …), noted in `uses`. */
const passOf =
  ({ model, adapter }: Pick<Opened, 'model' | 'adapter'>, perturb: Perturb, uses: Use[] = []): PureFunction =>
  (inputs) => {
    const forward = forwardWith(model, adapter, under(inputs, 'weight'), under(inputs, 'param'), perturb);
    const met: tf.Tensor[] = [];
    uses.length = 0;
    const watching: Forward = {
      ...forward,
      linear: (path, x, mode = 'all') => {
        uses.push({ path, mode });
        met.push(x);
        return forward.linear(path, x, mode);
      },
    };
    const batch = { ids: inputs.ids as tf.Tensor2D, valid: inputs.valid as tf.Tensor2D, extra: {} };
    const hidden = model.encode(watching, batch);
    return { hidden, ...Object.fromEntries(met.map((x, i) => [`met/${i}`, x])) };
  };

/**
 * Outputs of all linear maps under perturbations for fixed inputs `met/<i>`, each summed along a random direction: for each
 * perturbation the sum over tokens and that over relative positions, [perturbations]. They are linear in the update.
 */
const mapsOf =
  (
    { model, adapter }: Opened,
    uses: readonly Use[],
    perturbsOf: (inputs: Params) => readonly Perturb[],
  ): PureFunction =>
  (inputs) => {
    const along = (wanted: Use['mode'], forward: Forward) =>
      uses
        .flatMap(({ path, mode }, i) => {
          const x = inputs[`met/${i}`];
          if (!x || mode !== wanted) return [];
          const y = forward.linear(path, x, mode);
          const direction = normal(fold(fold(root, path), mode), y.size);
          return [tf.sum(tf.mul(y, tf.tensor(direction, y.shape)))];
        })
        .reduce((a, b) => tf.add(a, b), tf.scalar(0));
    const forwards = perturbsOf(inputs).map((perturb) =>
      forwardWith(model, adapter, under(inputs, 'weight'), under(inputs, 'param'), perturb),
    );
    return {
      tokens: tf.stack(forwards.map((forward) => along('all', forward))),
      positions: tf.stack(forwards.map((forward) => along('weights', forward))),
    };
  };

/** Runs a function once; what it gives, on the host. */
const runOnce = async (engine: Engine, fn: PureFunction, inputs: Arrays): Promise<Arrays> => {
  const program = engine.program(fn);
  const out = await program.run(inputs);
  const read = await Promise.all(
    Object.entries(out).map(async ([name, handle]) => [name, await engine.get(handle)] as const),
  );
  engine.free(Object.values(out));
  program.dispose();
  return Object.fromEntries(read);
};

const numbersOf = (arrays: Arrays, name: string): Float32Array => asFloats(arrays[name], name).data;

const farthest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? NaN))));

describe.each(FAMILIES)('%s, %s', (name, fixture) => {
  let engine: Engine;
  let opened: Opened;
  const context = { lengths: Int32Array.of(TOKENS, 4), causal: false, progress: 1 };
  beforeAll(async () => {
    engine = await openEngine('onnx', { threads: 1 });
    opened = await open(name, fixture);
  });
  afterAll(() => engine.close());

  const inputsOf = ({ weights, params, batch }: Opened): Arrays => ({
    ...prefixed('weight', weights),
    ...prefixed('param', params),
    ...batch,
  });
  const meanField = (): Perturb => {
    const scale = meanFieldScale(method.noise, opened.model.layers);
    if (!scale) throw new Error('no expected update');
    return scale;
  };

  it('the mean-field pass is the model with the expected update merged into its weights, to 1e-5', async () => {
    const { model, adapter, params, weights } = opened;
    const hidden = async (own: Adapter, perturb: Perturb, inputs: Arrays) =>
      numbersOf(await runOnce(engine, passOf({ model, adapter: own }, perturb), inputs), 'hidden');
    const scaled: Adapter = {
      ...adapter,
      delta: (spec, given) => {
        const factor = mergeFactor(method, spec, model.layers);
        return adapter.delta?.(spec, given).map((x) => factor * x) ?? new Float32Array();
      },
    };
    const bare = adapters.build(adapters.parse({ name: 'none' }), model);
    const pass = await hidden(adapter, meanField(), inputsOf(opened));
    const mergedWeights = { ...inputsOf(opened), ...prefixed('weight', merge(scaled, weights, params)) };
    const merged = await hidden(bare, noNoise, mergedWeights);
    const largest = Math.max(...pass.map(Math.abs));
    expect(farthest(pass, merged) / largest).toBeLessThan(1e-5);
    // The whole update is another model: the comparison can fail.
    expect(farthest(pass, await hidden(adapter, noNoise, inputsOf(opened))) / largest).toBeGreaterThan(1e-3);
  });

  it(`the average of ${DRAWS} members' updates is the expected one, on tokens and on positions`, async () => {
    const { model, adapter } = opened;
    const plan = planMasks(method.noise, [...model.sites(ROWS, TOKENS), ...adapter.sites(ROWS, TOKENS)], model.layers);
    const uses: Use[] = [];
    const { hidden: _hidden, ...met } = await runOnce(engine, passOf(opened, noNoise, uses), inputsOf(opened));
    const inputs = { ...inputsOf(opened), ...met };
    const expected = await runOnce(
      engine,
      mapsOf(opened, uses, () => [meanField()]),
      inputs,
    );
    const whole = await runOnce(
      engine,
      mapsOf(opened, uses, () => [noNoise]),
      inputs,
    );
    const handles = Object.fromEntries(Object.entries(inputs).map(([label, array]) => [label, engine.put(array)]));
    const members = Array.from({ length: AT_ONCE }, (_, k) => k);
    const program = engine.program(
      mapsOf(opened, uses, (given) => members.map((k) => perturbWith(plan, under(given, `mask/${k}`)))),
    );
    const drawn = { tokens: new Float64Array(DRAWS), positions: new Float64Array(DRAWS) };
    const parts = uses.some(({ mode }) => mode === 'weights')
      ? (['tokens', 'positions'] as const)
      : (['tokens'] as const);
    for (let i = 0; i < DRAWS; i += AT_ONCE) {
      const masks = members.map((k) => prefixed(`mask/${k}`, drawMasks(plan, fold(root, i + k), context)));
      const out = await program.run(Object.assign({}, handles, ...masks));
      for (const part of parts) {
        const handle = out[part];
        if (handle) drawn[part].set(await readFloats(engine, handle), i);
      }
      engine.free(Object.values(out));
    }
    engine.free(Object.values(handles));
    program.dispose();
    for (const part of parts) {
      const mean = drawn[part].reduce((a, b) => a + b, 0) / DRAWS;
      const spread = Math.sqrt(drawn[part].reduce((a, b) => a + (b - mean) ** 2, 0) / (DRAWS - 1));
      const standardErrors = (other: Arrays) =>
        Math.abs(mean - (numbersOf(other, part)[0] ?? NaN)) / (spread / Math.sqrt(DRAWS));
      expect(standardErrors(expected), part).toBeLessThan(3);
      // The whole update is another one: the comparison can fail.
      expect(standardErrors(whole), part).toBeGreaterThan(5);
    }
    expect(parts.length === 2).toBe(['deberta-v3', 'deberta-apart'].includes(fixture));
  });
});
