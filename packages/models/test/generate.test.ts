import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBest, type Engine, type Params, type tf } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  generate,
  generationSchema,
  isLanguageModel,
  meanLogits,
  meanProbabilities,
  models,
  nextPass,
  openDecoder,
  startPass,
  type NextTokens,
  type LanguageModel,
} from '../src/index.ts';
import { ruled } from '../src/generate/scores.ts';
import { plainForward } from './plain-forward.ts';

interface Row {
  readonly case: string;
  readonly prompt: readonly number[];
  readonly end: number;
  readonly settings: { readonly [option: string]: number };
  readonly tokens: readonly number[];
}
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const { rows, new: maxNewTokens } = JSON.parse(readFileSync(`${fixtures}generate.json`, 'utf8')) as {
  readonly rows: readonly Row[];
  readonly new: number;
};
const words: { readonly [theirs: string]: string } = {
  num_beams: 'numBeams',
  length_penalty: 'lengthPenalty',
  no_repeat_ngram_size: 'noRepeatNgram',
  repetition_penalty: 'repetitionPenalty',
};
const optionsOf = (settings: Row['settings']) =>
  generationSchema.parse({
    maxNewTokens,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [words[name]!, value])),
  });

const openCase = async (name: string): Promise<LanguageModel> => {
  const family = name.split('-')[0]!;
  const model = await models.build(models.parse({ name: family, lm: true }), {
    weights: `${fixtures}families/${name}`,
  });
  if (!isLanguageModel(model)) throw new Error('no language model head');
  return model;
};

/** The model alone on an engine. */
const decoderOf = async (engine: Engine, model: LanguageModel) => {
  const put = Object.entries(await model.weights()).map(([name, array]) => [name, engine.put(array)] as const);
  const frozen = Object.fromEntries(put);
  type Prompts = { readonly frozen: Params; readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D };
  const start = engine.program(({ frozen, ids, valid }: Prompts) =>
    startPass(model, plainForward(frozen), { ids, valid, extra: {} }, maxNewTokens),
  );
  const next = engine.program(({ frozen, tokens }: { readonly frozen: Params; readonly tokens: NextTokens }) =>
    nextPass(model, plainForward(frozen), tokens),
  );
  const decoder = openDecoder({
    engine,
    start: (prompts) => start.run({ ...prompts, frozen }),
    next: (tokens) => next.run({ tokens, frozen }),
    pad: (longest) => longest,
    room: maxNewTokens,
  });
  const close = () => {
    decoder.close();
    engine.free(frozen);
    start.dispose();
    next.dispose();
  };
  return { ...decoder, close };
};

describe.each(['onnx', 'js'] as const)('generation with key/value cache, engine %s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = (await openBest(name, { threads: 1 })).engine;
  });
  afterAll(() => engine.close());

  const cases = [...new Set(rows.map((row) => row.case))];
  it.each(name === 'onnx' ? cases : cases.slice(0, 1))(
    '%s: the texts of transformers, several prompts at once',
    async (one) => {
      const before = engine.alive();
      const decoder = await decoderOf(engine, await openCase(one));
      const mine = rows.filter((row) => row.case === one);
      const groups = new Map(mine.map((row) => [JSON.stringify([row.end, row.settings]), row]));
      for (const { end, settings } of groups.values()) {
        const wanted = mine.filter(
          (row) => row.end === end && JSON.stringify(row.settings) === JSON.stringify(settings),
        );
        const prompts = wanted.map(({ prompt }) => Int32Array.from(prompt));
        const written = await generate(decoder, prompts, { end, options: optionsOf(settings) });
        expect({ end, settings, written }).toEqual({ end, settings, written: wanted.map(({ tokens }) => tokens) });
      }
      decoder.close();
      expect(engine.alive()).toBe(before);
    },
  );
});

describe('scores', () => {
  it('are pushed away from tokens seen before, whatever their sign', () => {
    const scores = ruled(Float32Array.of(2, -2, 1), [0, 1], { noRepeatNgram: 0, repetitionPenalty: 2 });
    expect(Array.from(scores)).toEqual([1, -4, 1]);
  });

  it('forbid what would complete an n-gram again', () => {
    const scores = ruled(Float32Array.of(0, 0, 0), [1, 2, 0, 1], { noRepeatNgram: 2, repetitionPenalty: 1 });
    expect(Array.from(scores)).toEqual([0, 0, -Infinity]);
  });

  it('of an ensemble are the mean of its members', () => {
    const mean = meanLogits([[Float32Array.of(1, 3)], [Float32Array.of(3, 5)]]);
    expect(mean.map((row) => Array.from(row))).toEqual([[2, 4]]);
  });

  it('of an ensemble of probabilities are the logarithm of their mean', () => {
    const log = (...probabilities: number[]) => [Float32Array.from(probabilities, (p) => Math.log(p) + 3)];
    const [row] = meanProbabilities([log(0.9, 0.1), log(0.5, 0.5)]);
    [0.7, 0.3].forEach((p, i) => expect(Math.exp(row?.[i] ?? NaN)).toBeCloseTo(p, 6));
    const ruledOut = meanProbabilities([[Float32Array.of(0, -Infinity)], [Float32Array.of(0, -Infinity)]]);
    expect(Array.from(ruledOut[0] ?? [])).toEqual([0, -Infinity]);
  });
});
