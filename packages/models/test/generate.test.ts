import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBest, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  generate,
  generationSchema,
  isLanguageModel,
  meanLogits,
  meanProbabilities,
  models,
  type LanguageModel,
} from '../src/index.ts';
import { ruled } from '../src/generate/scores.ts';
import { decoderOf } from './decoder.ts';

interface Row {
  readonly case: string;
  readonly prompt: readonly number[];
  readonly ends: readonly number[];
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
      const decoder = await decoderOf(engine, await openCase(one), maxNewTokens);
      const mine = rows.filter((row) => row.case === one);
      const groups = new Map(mine.map((row) => [JSON.stringify([row.ends, row.settings]), row]));
      for (const { ends, settings } of groups.values()) {
        const wanted = mine.filter(
          (row) => JSON.stringify([row.ends, row.settings]) === JSON.stringify([ends, settings]),
        );
        const prompts = wanted.map(({ prompt }) => Int32Array.from(prompt));
        const written = await generate(decoder, prompts, { ends, options: optionsOf(settings) });
        expect({ ends, settings, written }).toEqual({ ends, settings, written: wanted.map(({ tokens }) => tokens) });
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
