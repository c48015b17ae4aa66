import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noNoise, type HostParams } from '@lab/adapter';
import { isSavable, models } from '@lab/models';
import { key } from '@lab/random';
import { asFloats, floats, openEngine, readSafetensors, tf, valueAndGrad, unpack, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blueprintOf, initialState, passWith, planRun, type Blueprint } from '../src/index.ts';
import { flat, named } from '../src/step/state.ts';
import { distance, twentySteps } from './twenty.ts';

const families = fileURLToPath(new URL('../../models/test/fixtures/families/', import.meta.url));
const tensorsOf = (folder: string, file: string) => readSafetensors(readFileSync(join(families, folder, file))).tensors;

/** A run on a tiny checkpoint of transformers whose whole head is trained. */
const open = async (name: string, folder: string, outputs: number, model: object = {}): Promise<Blueprint> => {
  const { config } = planRun(
    {
      seed: 1,
      dataset: { name: 'imdb' },
      model: { name, ...model },
      adapter: { name: 'none' },
      dropout: { name: 'none' },
      head: 'fine-tuning',
    },
    'test',
  );
  const built = await models.build(config.model, { weights: join(families, folder), trainedHead: true });
  const classes = Array.from({ length: outputs }, (_, i) => `class ${i}`);
  return blueprintOf(config, built, { task: { kind: 'classification', classes }, biEncoder: false });
};

const upload = (arrays: HostParams) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));

/** The batch of a fixture, and what transformers computed for it. */
const fixture = (folder: string) => {
  const expected = tensorsOf(folder, 'expected.safetensors');
  const at = (name: string) => {
    const array = expected[name];
    if (!array) throw new Error(`${folder} has no ${name}`);
    return tf.tensor(array.data, [...array.shape], array.dtype);
  };
  const batch = {
    ids: at('ids') as tf.Tensor2D,
    valid: at('valid') as tf.Tensor2D,
    extra: expected['types'] ? { types: at('types') } : {},
  };
  const linear = Object.entries(expected).flatMap(([name, array]) => {
    const kind = /^head\.(?:classifier(?:\.out_proj)?|score)\.(weight|bias)$/.exec(name)?.[1];
    return kind ? [[`classifier.${kind}`, asFloats(array, name)] as const] : [];
  });
  return { batch, logits: asFloats(expected['logits']!, 'logits'), linear: Object.fromEntries(linear) };
};

/** Checkpoints with a classification head; the parameters it has before its linear map. */
const CASES = [
  ['bert', 'bert-pooler', 3, ['bert.pooler.dense.weight', 'bert.pooler.dense.bias']],
  ['roberta', 'roberta-regression', 1, ['classifier.dense.weight', 'classifier.dense.bias']],
  ['xlm-roberta', 'xlm-roberta', 3, ['classifier.dense.weight', 'classifier.dense.bias']],
  ['electra', 'electra-narrow', 3, ['classifier.dense.weight', 'classifier.dense.bias']],
  ['mpnet', 'mpnet', 3, ['classifier.dense.weight', 'classifier.dense.bias']],
  ['distilbert', 'distilbert', 3, ['pre_classifier.weight', 'pre_classifier.bias']],
  ['deberta-v2', 'deberta-v3', 3, ['pooler.dense.weight', 'pooler.dense.bias']],
  ['modernbert', 'modernbert', 3, ['head.norm.weight', 'head.dense.weight']],
  ['gpt2', 'gpt2-scaled', 3, []],
  ['llama', 'llama-linear', 3, []],
  ['mistral', 'mistral-score', 3, []],
] as const;

describe.each(CASES)('the head of %s (%s)', (name, folder, outputs, before) => {
  it('is what transformers trains: its layers start from the checkpoint and give the same logits', async () => {
    const blueprint = await open(name, folder, outputs);
    const { batch, logits, linear } = fixture(folder);
    expect(blueprint.head.params.map((param) => param.name)).toEqual([
      ...before,
      ...Object.keys(linear).sort().reverse(),
    ]);
    const { theta } = await initialState(blueprint, key(1));
    const start = named(blueprint.layout, Float32Array.from(theta.data));
    const trained = upload({ ...start, ...linear });
    const weights = await blueprint.model.weights();
    expect(before.filter((tensor) => tensor in weights)).toEqual([]);
    const { outputs: ours } = passWith(blueprint, { frozen: upload(weights), batch }, trained, noNoise);
    const worst = ours
      .dataSync<'float32'>()
      .reduce((most, x, i) => Math.max(most, Math.abs(x - (logits.data[i] ?? NaN))), 0);
    expect(worst).toBeLessThan(2e-5);
  });
});

it('layers that the checkpoint lacks start as transformers draws them', async () => {
  const blueprint = await open('mpnet', 'mpnet-bare', 2);
  const { theta } = await initialState(blueprint, key(4));
  const {
    [`classifier.dense.weight`]: dense,
    'classifier.dense.bias': bias,
    'classifier.weight': map,
  } = named(blueprint.layout, Float32Array.from(theta.data));
  const spread = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  expect(Array.from(bias!.data).every((x) => x === 0)).toBe(true);
  // A sample of n normals has a spread within 3 / sqrt(2 n) of its own, relative: n = 64 and 16.
  expect(Math.abs(spread(dense!.data) / 0.02 - 1)).toBeLessThan(3 / Math.sqrt(2 * dense!.data.length));
  expect(Math.abs(spread(map!.data) / 0.02 - 1)).toBeLessThan(3 / Math.sqrt(2 * map!.data.length));
});

it.each([
  ['bert', 'bert-pooler', 3],
  ['modernbert', 'modernbert', 3],
] as const)('the gradient of the head of %s is the slope of its loss', async (name, folder, outputs) => {
  const blueprint = await open(name, folder, outputs);
  const { batch } = fixture(folder);
  const frozen = upload(await blueprint.model.weights());
  const { theta } = await initialState(blueprint, key(2));
  const loss = (at: tf.Tensor1D): tf.Scalar =>
    tf.sum(tf.sin(passWith(blueprint, { frozen, batch }, unpack(blueprint.layout, at), noNoise).outputs));
  tf.tidy(() => {
    const at = tf.add<tf.Tensor1D>(tf.tensor1d(Float32Array.from(theta.data)), 0.05);
    const { grad } = valueAndGrad(loss, at);
    for (const [param, part] of Object.entries(unpack(blueprint.layout, grad)))
      expect([param, (tf.sum(tf.abs(part)).arraySync() as number) > 1e-7]).toEqual([param, true]);
    const length = tf.norm(grad).arraySync() as number;
    const moved = (h: number) => loss(tf.add(at, tf.mul(grad, h / length))).arraySync();
    const slope = (moved(5e-3) - moved(-5e-3)) / 1e-2;
    expect(Math.abs(slope - length)).toBeLessThan(2e-3 * (1 + length));
  });
});

it('an adapter leaves the maps of a trained head alone', async () => {
  const { config } = planRun(
    {
      seed: 1,
      dataset: { name: 'imdb' },
      model: { name: 'bert' },
      adapter: { name: 'full' },
      dropout: { name: 'none' },
      head: 'fine-tuning',
    },
    'test',
  );
  expect(config.model['pooling']).toBe('pooler');
  const model = await models.build(config.model, { weights: join(families, 'bert-pooler'), trainedHead: true });
  const task = { kind: 'classification', classes: ['a', 'b'] } as const;
  const { adapter, layout } = blueprintOf(config, model, { task, biEncoder: false });
  expect(adapter.targets.map(({ path }) => path)).not.toContain('bert.pooler.dense');
  expect(new Set(layout.slots.map((slot) => slot.name)).size).toBe(layout.slots.length);
});

describe('what has no such head is refused', () => {
  it.each([
    [{ name: 'use-lite' }, {}, 'head is fine-tuning; use-lite has no classification head of its own; allowed: linear'],
    [
      { name: 'bert', pooling: 'mean' },
      { weights: join(families, 'bert-bare') },
      'head is fine-tuning; the head of bert stands on model.pooling=pooler',
    ],
  ] as const)('%j', async (model, context, message) => {
    const { config } = planRun(
      {
        seed: 1,
        dataset: { name: 'imdb' },
        model,
        adapter: { name: 'lora' },
        dropout: { name: 'none' },
        head: 'fine-tuning',
      },
      'test',
    );
    const built = await models.build(config.model, { ...context, trainedHead: true });
    const task = { kind: 'classification', classes: ['a', 'b'] } as const;
    const given = { ...config, adapter: { name: 'none' } };
    expect(isSavable(built)).toBe(model.name === 'bert');
    expect(() => blueprintOf(given, built, { task, biEncoder: false })).toThrow(message);
  });
});

describe('twenty steps with a trained head, packed and padded', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine('onnx', { threads: 1 });
  });
  afterAll(() => engine.close());

  it.each([
    { model: { name: 'bert' }, weights: 'bert-pooler' },
    { model: { name: 'deberta-v2' }, weights: 'deberta-v3' },
    { model: { name: 'modernbert' }, weights: 'modernbert' },
    { model: { name: 'gpt2' }, weights: 'gpt2-scaled' },
  ] as const)('of the model $model.name', async (one) => {
    const given = { ...one, vocabulary: 23, head: 'fine-tuning' } as const;
    const packed = await twentySteps(engine, given);
    const apart = distance(packed, await twentySteps(engine, given, 'padded'));
    expect(packed.losses.at(-1)).toBeLessThan(packed.losses[0] ?? 0);
    expect([apart.losses < 1e-5, apart.theta < 1e-5, apart.outputs < 1e-4]).toEqual([true, true, true]);
    expect(engine.alive()).toBe(0);
  });
});

it('parameters of a trained head come back from a flat vector by their names', async () => {
  const { layout } = await open('roberta', 'roberta-regression', 1);
  const params = Object.fromEntries(
    layout.slots.map(({ name, shape, size }) => [name, floats(new Float32Array(size).fill(size), shape)]),
  );
  expect(named(layout, flat(layout, params))).toEqual(params);
});
