import type { HostParams } from '@lab/adapter';
import { fold, key, normal } from '@lab/random';
import { models } from '@lab/models';
import { openBest, type Engine } from '@lab/engine';
import { blueprintOf, encodeRows, openWorkshop, planRun } from '@lab/runner';
import type { Material } from '../src/index.ts';

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

/**
 * lora_B and head drawn at random: weights that stand for trained ones where only identities are
 * tested.
 */
const moved = (start: HostParams, label: string): HostParams =>
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
  const { config } = planRun(
    {
      seed: 4,
      dataset: { name: 'imdb' },
      model: { name: 'use-lite' },
      adapter: { name: 'lora', r: 2, alpha: 4, target_modules: ['query', 'value', 'ffn.output'] },
      dropout: { name: 'none' },
    },
    'test',
  );
  const model = await models.build(config.model, {});
  const task = { kind: 'classification', classes: ['bad', 'good'] } as const;
  const blueprint = blueprintOf(config, model, { task, biEncoder: false });
  const session = await openWorkshop(engine).open(blueprint, config.train);
  const state = await session.start(key(4));
  const start = await session.params(state.theta);
  engine.free(state);
  const examples = texts.map((text, i) => ({ id: `train:${i}`, text, label: (i + 1) % 2 }));
  const rows = encodeRows(model, examples, { biEncoder: false, maxTokens: 48 });
  const material: Material = {
    session,
    start,
    trained: { plain: moved(start, 'plain'), dropout: moved(start, 'dropout') },
    rate: 0.3,
    train: rows,
    test: rows,
    description: 'test',
  };
  return { material, engine };
};
