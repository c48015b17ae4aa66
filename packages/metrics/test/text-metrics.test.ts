import { describe, expect, it } from 'vitest';
import {
  aurc,
  bleu,
  cider,
  fitTemperature,
  generationScores,
  meteor,
  nist,
  riskCoverage,
  rougeL,
  squadScores,
  ter,
} from '../src/index.ts';

const pair = (hypothesis: string, ...references: string[]) => ({ hypothesis, references });

describe('degenerate texts', () => {
  it('gives null without segments, and for cider with a single one', () => {
    for (const score of [bleu, nist, meteor, rougeL, cider, ter]) expect(score([])).toBeNull();
    expect(cider([pair('a b', 'a b')])).toBeNull();
  });

  it('gives the worst score to an empty hypothesis and the best to a copy', () => {
    const empty = [pair('', 'a b c d e'), pair('', 'f g h i j')];
    expect(generationScores(empty)).toEqual({ bleu: 0, nist: 0, meteor: 0, 'rouge-l': 0, cider: 0, ter: 1 });
    const copy = generationScores([pair('a b c d e', 'a b c d e'), pair('f g h i j', 'f g h i j')]);
    expect(copy['bleu']).toBeCloseTo(1, 12);
    expect(copy['rouge-l']).toBeCloseTo(1, 12);
    expect(copy['cider']).toBeCloseTo(10, 12);
    expect(copy['ter']).toBe(0);
    // One chunk of five words: 1 - 0.5 / 125.
    expect(copy['meteor']).toBeCloseTo(0.996, 12);
  });

  it('defines empty references, and refuses a segment without any', () => {
    expect(ter([pair('a', '')])).toBe(1);
    expect(ter([pair('', '')])).toBe(0);
    expect(rougeL([pair('a', '')])).toBe(0);
    expect(meteor([pair('a', '')])).toBe(0);
    expect(bleu([pair('a', '')])).toBe(0);
    expect(() => bleu([pair('a', 'a'), { hypothesis: 'a', references: [] }])).toThrow('segment 1 has no reference');
  });
});

describe('nist with two references, by hand', () => {
  it('weighs words by all references and takes the mean length', () => {
    // Reference words: a b / a a c d, six in all; a three times, b once. Hypothesis a b: log2(6/3)
    // + log2(6/1) over two words. The pair "a b": log2(count(a) / count(a b)) = log2(3). Lengths: 2
    // against a mean of 3.
    const score = (1 + Math.log2(6)) / 2 + Math.log2(3);
    const brevity = Math.exp((Math.log(0.5) / Math.log(1.5) ** 2) * Math.log(2 / 3) ** 2);
    expect(nist([pair('a b', 'a b', 'a a c d')])).toBeCloseTo(score * brevity, 12);
    expect(brevity).toBeCloseTo(0.5, 12);
  });
});

describe('ter', () => {
  it('counts the move of a block once', () => {
    expect(ter([pair('c d e a b', 'a b c d e')])).toBe(1 / 5);
  });
});

describe('squadScores', () => {
  it('separates questions with and without an answer, and is null for a missing group', () => {
    const questions = [
      { id: 'a', references: ['Ada'] },
      { id: 'b', references: [] },
    ];
    const scores = squadScores(
      new Map([
        ['a', 'ada!'],
        ['b', 'x'],
      ]),
      questions,
    );
    expect(scores).toEqual({
      exact: 0.5,
      f1: 0.5,
      total: 2,
      hasAnswer: { exact: 1, f1: 1, total: 1 },
      noAnswer: { exact: 0, f1: 0, total: 1 },
    });
    expect(squadScores(new Map(), questions.slice(1)).hasAnswer).toEqual({ exact: null, f1: null, total: 0 });
  });
});

describe('selective risk and temperature', () => {
  const logits = [
    [3, 0],
    [2, 0],
    [1, 0],
    [0.5, 0],
  ];

  it('answers the most confident first', () => {
    const points = riskCoverage(logits, [0, 1, 0, 1]);
    expect(points.map(({ coverage, risk }) => [coverage, risk])).toEqual([
      [0.25, 0],
      [0.5, 0.5],
      [0.75, 1 / 3],
      [1, 0.5],
    ]);
    expect(aurc(logits, [0, 1, 0, 1])).toBeCloseTo((0 + 0.5 + 1 / 3 + 0.5) / 4, 12);
    expect(aurc([], [])).toBeNull();
  });

  it('goes to a bound when all are right, or worse than chance', () => {
    expect(fitTemperature(logits, [0, 0, 0, 0])).toBe(0.01);
    expect(fitTemperature(logits, [1, 1, 1, 1])).toBe(100);
    expect(fitTemperature([], [])).toBeNull();
  });
});
