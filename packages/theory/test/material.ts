import { adapters } from '@lab/adapter';
import { fold, key, normal } from '@lab/random';
import { models } from '@lab/models';
import { openBest, type Engine, type Float32HostArray } from '@lab/engine';
import type { Material, Sentences } from '../src/index.ts';

/** Sentences of our own, positive and negative by turns. */
const texts = [
  'a warm and clever film',
  'the plot is a mess',
  'we loved every minute',
  'dull from start to end',
  'great sound, fair price',
  'it broke after one day',
  'the soup was wonderful',
  'slow service and cold food',
  'bright, honest and funny',
  'a waste of an evening',
  'works exactly as promised',
  'the battery is terrible',
];

type Arrays = { readonly [name: string]: Float32HostArray };

/**
 * lora_B and head drawn at random: weights that stand for trained ones where only identities are
 * tested.
 */
const moved = (start: Arrays, label: string): Arrays =>
  Object.fromEntries(
    Object.entries(start).map(([name, array]) => [
      name,
      name.endsWith('lora_A')
        ? array
        : { ...array, data: normal(fold(fold(key(5), label), name), array.data.length).map((x) => 0.03 * x) },
    ]),
  );

/**
 * The real encoder with an untrained adapter and few sentences: enough for every statement that
 * holds at any weights.
 */
export const testMaterial = async (): Promise<{ readonly material: Material; readonly engine: Engine }> => {
  const { engine } = await openBest('auto', { threads: 1 });
  const model = await models.build(models.parse({ name: 'use-lite' }), {});
  const adapter = adapters.build(
    adapters.parse({ name: 'lora', r: 2, alpha: 4, target_modules: ['query', 'value', 'ffn.output'] }),
    model,
  );
  const weights = Object.fromEntries(
    Object.entries(await model.weights()).map(([name, array]) => [name, engine.put(array)]),
  );
  const own = adapter.params.map(({ name, shape, init }): [string, Float32HostArray] => [
    name,
    { dtype: 'float32', shape, data: init(fold(key(4), name)) },
  ]);
  const start: Arrays = {
    ...Object.fromEntries(own),
    'classifier.weight': {
      dtype: 'float32',
      shape: [2, model.width],
      data: normal(key(6), 2 * model.width).map((x) => 0.02 * x),
    },
    'classifier.bias': { dtype: 'float32', shape: [2], data: new Float32Array(2) },
  };
  const sentences: Sentences = {
    encoded: texts.map((text) => model.tokenize(text)),
    labels: Int32Array.from(texts, (_, i) => (i + 1) % 2),
  };
  const material: Material = {
    engine,
    model,
    adapter,
    classes: 2,
    weights,
    start,
    trained: { plain: moved(start, 'plain'), dropout: moved(start, 'dropout') },
    rate: 0.3,
    train: sentences,
    test: sentences,
    description: 'test',
  };
  return { material, engine };
};
