import { fileURLToPath } from 'node:url';
import { adapters, forwardWith, merge, noNoise, type Adapter, type Forward, type HostParams } from '@lab/adapter';
import type { Perturb } from '@lab/adapter';
import { drawMasks, mergeFactor, meanFieldScale, methods, perturbWith, planMasks } from '@lab/dropout';
import { floats, ints, openEngine, readFloats, tf, type Engine, type Handle, type Params } from '@lab/engine';
import { models } from '@lab/models';
import { fold, integer, key, normal } from '@lab/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const [ROWS, TOKENS, DRAWS] = [2, 6, 4096];
/** Members that one call of the program reads. */
const AT_ONCE = 32;
const root = key(31);

const method = methods.build(methods.parse({ name: 'lora-dropout', p: 0.3, evaluate: 'mean-field' }));

/**
 * Every family of checkpoints, DeBERTa with shared position keys, with keys of their own, and
 * without positions; and the embedded model, with its own weights.
 */
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
  ['use-lite', null],
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

const open = async (name: string, fixture: string | null) => {
  const model = await models.build(models.parse({ name }), fixture === null ? {} : { weights: folderOf(fixture) });
  // Real weights are loud already, and their maps wide.
  const size = fixture === null ? 0.03 : 0.4;
  const adapter = adapters.build(adapters.parse({ name: 'lora', r: 2, alpha: 4, target_modules: 'all-linear' }), model);
  const params: HostParams = Object.fromEntries(
    adapter.params.map(({ name: param, shape }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [
        param,
        floats(
          normal(fold(root, param), count).map((z) => size * z),
          shape,
        ),
      ];
    }),
  );
  const ids = Int32Array.from({ length: ROWS * TOKENS }, (_, i) => 1 + integer(fold(fold(root, 'ids'), i), 22));
  const valid = Float32Array.from({ length: ROWS * TOKENS }, (_, i) => (i < TOKENS + 4 ? 1 : 0));
  const batch = { ids: ints(ids, [ROWS, TOKENS]), valid: floats(valid, [ROWS, TOKENS]) };
  const weights = await model.weights();
  return { model, adapter, params, weights: fixture === null ? weights : loud(weights), batch };
};

type Opened = Awaited<ReturnType<typeof open>>;
/** What a pass reads: frozen weights, the adapter's parameters and a batch. */
type PassRead = {
  readonly frozen: Params;
  readonly params: Params;
  readonly batch: { readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D };
};

/** What the maps read: beside that what they met, by position, and the masks of members. */
type MapsRead = PassRead & { readonly met: Params; readonly masks: { readonly [member: string]: Params } };

/**
 * A use of a linear map in a pass: its path, and whether tokens or relative positions pass through
 * it.
 */
type Use = { readonly path: string; readonly mode: 'all' | 'weights' };

/**
 * Last hidden states under a perturbation, and what every linear map met, by position, noted in
 * `uses`.
 */
const passOf =
  ({ model, adapter }: Pick<Opened, 'model' | 'adapter'>, perturb: Perturb, uses: Use[] = []) =>
  ({ frozen, params, batch }: PassRead): { readonly hidden: tf.Tensor; readonly met: Params } => {
    const forward = forwardWith(model, adapter, frozen, params, perturb);
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
    const hidden = model.encode(watching, { ...batch, extra: {} });
    return { hidden, met: Object.fromEntries(met.map((x, i) => [i, x])) };
  };

/**
 * Outputs of all linear maps under perturbations for fixed inputs, each summed along a random
 * direction: for each perturbation the sum over tokens and that over relative positions,
 * [perturbations]. They are linear in the update.
 */
const mapsOf =
  ({ model, adapter }: Opened, uses: readonly Use[], perturbsOf: (masks: MapsRead['masks']) => readonly Perturb[]) =>
  ({ frozen, params, met, masks }: MapsRead) => {
    const along = (wanted: Use['mode'], forward: Forward): tf.Scalar =>
      uses
        .flatMap(({ path, mode }, i) => {
          const x = met[i];
          if (!x || mode !== wanted) return [];
          const y = forward.linear(path, x, mode);
          const direction = normal(fold(fold(root, path), mode), y.size);
          return [tf.sum<tf.Scalar>(tf.mul(y, tf.tensor(direction, y.shape)))];
        })
        .reduce<tf.Scalar>((a, b) => tf.add(a, b), tf.scalar(0));
    const forwards = perturbsOf(masks).map((perturb) => forwardWith(model, adapter, frozen, params, perturb));
    return {
      tokens: tf.stack(forwards.map((forward) => along('all', forward))),
      positions: tf.stack(forwards.map((forward) => along('weights', forward))),
    };
  };

const numbersOf = async (engine: Engine, handle: Handle): Promise<Float32Array> => {
  const numbers = await readFloats(engine, handle);
  engine.free([handle]);
  return numbers;
};

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

  const inputsOf = ({ weights: frozen, params, batch }: Opened) => ({ frozen, params, batch });
  const meanField = (): Perturb => {
    const scale = meanFieldScale(method.noise, opened.model.layers);
    if (!scale) throw new Error('no expected update');
    return scale;
  };

  it('the mean-field pass is the model with the expected update merged into its weights, to 1e-5', async () => {
    const { model, adapter, params, weights } = opened;
    const hidden = async (own: Adapter, perturb: Perturb, frozen: HostParams) => {
      const program = engine.program(passOf({ model, adapter: own }, perturb));
      const out = await program.run({ ...inputsOf(opened), frozen });
      engine.free(out.met);
      program.dispose();
      return numbersOf(engine, out.hidden);
    };
    const scaled: Adapter = {
      ...adapter,
      delta: (spec, given) => {
        const factor = mergeFactor(method, spec, model.layers);
        return adapter.delta?.(spec, given).map((x) => factor * x) ?? new Float32Array();
      },
    };
    const bare = adapters.build(adapters.parse({ name: 'none' }), model);
    const pass = await hidden(adapter, meanField(), weights);
    const merged = await hidden(bare, noNoise, merge(scaled, weights, params));
    const largest = Math.max(...pass.map(Math.abs));
    expect(farthest(pass, merged) / largest).toBeLessThan(1e-5);
    // The whole update is another model: the comparison can fail.
    expect(farthest(pass, await hidden(adapter, noNoise, weights)) / largest).toBeGreaterThan(1e-3);
  });

  it(`the average of ${DRAWS} members' updates is the expected one, on tokens and on positions`, async () => {
    const { model, adapter } = opened;
    const plan = planMasks(method.noise, [...model.sites(ROWS, TOKENS), ...adapter.sites(ROWS, TOKENS)], model.layers);
    const uses: Use[] = [];
    const plain = engine.program(passOf(opened, noNoise, uses));
    const { met } = await plain.run(inputsOf(opened));
    const inputs = { ...inputsOf(opened), met };
    const readMaps = async (perturb: Perturb) => {
      const program = engine.program(mapsOf(opened, uses, () => [perturb]));
      const { tokens, positions } = await program.run({ ...inputs, masks: {} });
      program.dispose();
      return { tokens: await numbersOf(engine, tokens), positions: await numbersOf(engine, positions) };
    };
    const [expected, whole] = [await readMaps(meanField()), await readMaps(noNoise)];
    const members = Array.from({ length: AT_ONCE }, (_, k) => k);
    const program = engine.program(
      mapsOf(opened, uses, (masks) => members.map((k) => perturbWith(plan, masks[k] ?? {}))),
    );
    const drawn = { tokens: new Float64Array(DRAWS), positions: new Float64Array(DRAWS) };
    for (let i = 0; i < DRAWS; i += AT_ONCE) {
      const masks = Object.fromEntries(members.map((k) => [k, drawMasks(plan, fold(root, i + k), context)]));
      const out = await program.run({ ...inputs, masks });
      drawn.tokens.set(await numbersOf(engine, out.tokens), i);
      drawn.positions.set(await numbersOf(engine, out.positions), i);
    }
    const withPositions = uses.some(({ mode }) => mode === 'weights');
    for (const part of withPositions ? (['tokens', 'positions'] as const) : (['tokens'] as const)) {
      const mean = drawn[part].reduce((a, b) => a + b, 0) / DRAWS;
      const spread = Math.sqrt(drawn[part].reduce((a, b) => a + (b - mean) ** 2, 0) / (DRAWS - 1));
      const standardErrors = (other: { readonly [name in typeof part]: Float32Array }) =>
        Math.abs(mean - (other[part][0] ?? NaN)) / (spread / Math.sqrt(DRAWS));
      expect(standardErrors(expected), part).toBeLessThan(3);
      // The whole update is another one: the comparison can fail.
      expect(standardErrors(whole), part).toBeGreaterThan(5);
    }
    expect(withPositions).toBe(fixture === 'deberta-v3' || fixture === 'deberta-apart');
  });
});
