import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softmax } from '@lab/metrics';
import { openEngine, type Engine } from '@lab/engine';
import { key } from '@lab/random';
import { itemAt, readRecord, type RunResult } from '@lab/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPreparer, openWorkshop, planRun, runOne, surroundingsOf } from '../src/index.ts';
import { assessChoices } from '../src/read/choices.ts';
import { choiceOf } from '../src/session/choice.ts';
import { READINGS_OF_TWO, readoutNames } from './readings.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'lab-choices-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const write = (path: string, content: string): void => {
  mkdirSync(join(dataDir, path, '..'), { recursive: true });
  writeFileSync(join(dataDir, path), content);
};
/** Questions whose third option is right. */
const questions = (count: number, from: number): string =>
  Array.from({ length: count }, (_, i) => `Which is it in ${from + i}?,a dog,a cat,a big tree,a house,C\n`).join('');
for (const [split, count] of [
  ['dev', 5],
  ['val', 4],
  ['test', 6],
] as const)
  write(`mmlu/${split}/animals_${split}.csv`, questions(count, count * 10));
write(
  'alpaca/alpaca_en_demo.json',
  JSON.stringify(
    Array.from({ length: 14 }, (_, i) => ({
      instruction: `Say ${i}.`,
      input: i % 2 ? 'loudly' : '',
      output: `C ${i}`,
    })),
  ),
);

const runOf = (dataset: object, more: object = {}) =>
  planRun(
    {
      seed: 1,
      dataset: { name: 'mmlu', ...dataset },
      model: { name: 'embedded-gpt' },
      adapter: { name: 'lora', r: 4, target_modules: ['c_attn.q', 'c_attn.v'] },
      dropout: { name: 'lora-dropout', p: 0.2, samples: 1 },
      train: { epochs: 2, batchSize: 4, maxTokens: 100, lr: 5e-3 },
      generation: { maxNewTokens: 8 },
      members: 2,
      ...more,
    },
    'test',
  );
const preparer = openPreparer({ sources: { cacheDir: dataDir, dataDir } });

const finished = async (planned: ReturnType<typeof runOf>): Promise<RunResult> => {
  const workshop = openWorkshop({ ...engine, close: async () => undefined });
  const surroundings = surroundingsOf(engine.description, 1);
  const { signal } = new AbortController();
  const out = join(dataDir, 'out');
  await runOne(planned, { out, preparer, workshop, surroundings, onProgress: () => undefined, signal });
  await workshop.close();
  const record = readRecord(out, planned.id);
  if (!record) throw new Error('the run has not finished');
  return record.result;
};

describe('options of one token', () => {
  it('score the same by one pass of the prompt as by a row each', async () => {
    const { blueprint, choice, rows, dataset } = await preparer.prepare(runOf({ choices: 'letter' }).config);
    if (!choice) throw new Error('no choice');
    expect([choice.perExample, rows.test.length]).toEqual([1, 6]);
    // One other set of options makes every option a row.
    const other = { ...itemAt(dataset.splits.test, 0), references: [' A', ' B', ' C', ' E'] };
    const splits = { ...dataset.splits, test: [...dataset.splits.test, other] };
    const apart = choiceOf(blueprint, { ...dataset, splits }, runOf({ choices: 'letter' }).config);
    expect(apart.perExample).toBe(4);
    const workshop = openWorkshop({ ...engine, close: async () => undefined });
    const session = await workshop.open(blueprint, { batchSize: 4, maxTokens: 100 });
    const { theta, ...rest } = await session.start(key(2));
    const reading = { session, key: key(3), pause: async () => undefined };
    const read = async (test: typeof choice) => {
      const split = { name: 'test', rows: test.rows(dataset.splits.test), members: 2 } as const;
      const { predictions } = await assessChoices(reading, theta, split, test);
      return predictions.map(({ deterministic, members = [] }) =>
        [deterministic, ...members].map((row) => softmax(row)),
      );
    };
    const [once, each] = [(await read(choice)).flat(2), (await read(apart)).flat(2)];
    expect(once).toHaveLength(6 * 3 * 4);
    once.forEach((x, i) => expect(Math.abs(x - (each[i] ?? NaN))).toBeLessThan(1e-5));
    engine.free({ theta, ...rest });
    await workshop.close();
    expect(engine.alive()).toBe(0);
  });
});

describe('a run on multiple choice', () => {
  it('learns from the dev questions and is measured by the scores of options', async () => {
    const result = await finished(
      runOf({ choices: 'letter', shots: 1 }, { train: { epochs: 25, batchSize: 5, maxTokens: 100, lr: 1e-2 } }),
    );
    const test = result.evaluations.filter(({ split }) => split === 'test');
    expect(readoutNames(test)).toEqual(READINGS_OF_TWO);
    expect(test.map(({ metrics, examples }) => [metrics['accuracy'], examples])).toEqual(test.map(() => [1, 6]));
    expect(test[0]?.metrics['ece']).toBeGreaterThanOrEqual(0);
    expect(result.metric).toBe('accuracy');
    const validation = result.evaluations.filter(({ split }) => split === 'validation');
    expect(Object.keys(validation[0]?.metrics ?? {})).toEqual(['nll']);
  }, 120_000);

  it.each(['none', 'tokens'] as const)(
    'scores the words of options (%s)',
    async (normalise) => {
      const given = runOf({ choices: 'text' }, { choice: { normalise }, dropout: { name: 'none' }, members: 0 });
      const { choice, rows } = await preparer.prepare(given.config);
      expect([choice?.perExample, rows.test.length, rows.train[0]?.targetFrom]).toEqual([
        4,
        24,
        rows.test[2]?.targetFrom,
      ]);
      const { evaluations } = await finished(given);
      const test = evaluations.find(({ split }) => split === 'test');
      expect([test?.examples, Number.isFinite(test?.metrics['nll'])]).toEqual([6, true]);
    },
    120_000,
  );

  it('trains on one data set and is tested on another', async () => {
    const trainOn = { name: 'alpaca', variant: 'demo', validation: 2, test: 2 };
    const planned = runOf({ choices: 'letter' }, { trainOn, dropout: { name: 'none' }, members: 0 });
    const { rows, dataset } = await preparer.prepare(planned.config);
    expect([rows.train.length, rows.validation.length, rows.test.length]).toEqual([10, 2, 6]);
    expect([dataset.name, dataset.metric]).toEqual(['mmlu', 'accuracy']);
    expect(rows.train[0]?.example.text).toMatch(/^Below is an instruction/);
    const { evaluations } = await finished(planned);
    for (const { split, metrics } of evaluations) expect('accuracy' in metrics).toBe(split === 'test');
    expect([...new Set(evaluations.map(({ split }) => split))].sort()).toEqual(['test', 'train', 'validation']);
    expect(planned.id).not.toBe(runOf({ choices: 'letter' }, { dropout: { name: 'none' }, members: 0 }).id);
  }, 120_000);
});

describe('what does not go together is refused', () => {
  it.each([
    [
      runOf({ choices: 'letter' }, { trainOn: { name: 'imdb' } }),
      'trainOn is imdb and dataset mmlu: imdb is a classification task, whose head belongs to its own labels; ' +
        'allowed: text-to-text and multiple-choice',
    ],
    [
      runOf({ choices: 'letter' }, { model: { name: 'use-lite' }, adapter: { name: 'lora' } }),
      'model "use-lite": a text-to-text task needs a decoder with its head; set model.lm=true',
    ],
    [
      runOf({ choices: 'text' }, { train: { maxTokens: 3 }, generation: { maxNewTokens: 1 } }),
      'train.maxTokens is 3: the option "a big tree" has ',
    ],
  ] as const)('%#', async ({ config }, message) => {
    await expect(preparer.prepare(config)).rejects.toThrow(message);
  });
});
