import { readFileSync } from 'node:fs';
import { itemAt, present } from '@lab/records';
import { describe, expect, it } from 'vitest';
import {
  answerScores,
  bestThreshold,
  bleu,
  cider,
  classBets,
  equalWidth,
  fitTemperature,
  lowerCase,
  measure,
  meteor,
  nist,
  normaliseAnswer,
  rougeL,
  spaces,
  squadScores,
  ter,
  tokens13a,
  type Segment,
} from '../src/index.ts';

/** The words of Lin's ROUGE: lower-case runs of a to z and 0 to 9. */
const alphanumeric = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/**
 * Made by scripts/fixtures/scores/metrics.py; each file names the libraries and versions that made
 * it.
 */
const load = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as T;

/** Both sides are exact up to the order of double-precision sums. */
const exact = 1e-9;
const close = (ours: number | null | undefined, theirs: number | undefined, tolerance = exact) => {
  const a = present(ours, 'our value');
  const b = present(theirs, 'the reference value');
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
};

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly logits: number[][];
  readonly labels: number[];
  readonly expected: Record<string, number>;
  readonly torchmetrics: Record<string, number>;
  readonly reliability: { readonly accuracy: number[]; readonly confidence: number[] };
  readonly temperature: number;
}

describe.each(load<{ cases: Case[] }>('classification').cases)('classification: $name', (c) => {
  const task = { kind: 'classification', classes: itemAt(c.logits, 0).map(String) } as const;
  const ours = measure(task, undefined, c.logits, c.labels);

  it.each(Object.keys(ours))('%s agrees with the reference implementation', (name) => {
    close(ours[name], c.expected[name]);
  });

  it.each(Object.keys(c.torchmetrics))('%s agrees with torchmetrics', (name) => {
    // It adds up in single precision: 24 bits, over at most 15 bins.
    close(ours[name], c.torchmetrics[name], 1e-6);
  });

  it('the reliability curve of one class agrees with scikit-learn', () => {
    const full = equalWidth(classBets(c.logits, c.labels, 1), 10).filter(({ count }) => count > 0);
    expect(full).toHaveLength(c.reliability.accuracy.length);
    full.forEach((bin, i) => {
      close(bin.accuracy, c.reliability.accuracy[i]);
      close(bin.confidence, c.reliability.confidence[i]);
    });
  });

  it('the fitted temperature agrees with the root that scipy finds, and lowers NLL', () => {
    const t = present(fitTemperature(c.logits, c.labels), 'a temperature');
    close(t, c.temperature);
    const scaled = c.logits.map((row) => row.map((value) => value / t));
    expect(measure(task, ['nll'], scaled, c.labels)['nll']).toBeLessThanOrEqual(ours['nll'] ?? -1);
  });
});

describe('regression', () => {
  const c = load<{ predicted: number[]; target: number[]; expected: Record<string, number> }>('regression');
  it.each(Object.keys(c.expected))('%s agrees with scipy and scikit-learn, ties included', (name) => {
    const task = { kind: 'regression', range: [0, 5] } as const;
    close(
      measure(
        task,
        [name],
        c.predicted.map((value) => [value]),
        c.target,
      )[name],
      c.expected[name],
    );
  });
});

describe('SQuAD', () => {
  const c = load<{
    questions: { id: string; prediction: string; references: string[]; noAnswer: number }[];
    normalised: string[];
    v1: { ids: string[]; exact: number; f1: number };
    v2: { exact: Record<string, number>; f1: Record<string, number> };
    best: { exact: { score: number; threshold: number }; f1: { score: number; threshold: number } };
  }>('squad');
  const predictions = new Map(c.questions.map(({ id, prediction }) => [id, prediction]));

  it('normalises as the official script', () => {
    expect(c.questions.map(({ prediction }) => normaliseAnswer(prediction))).toEqual(c.normalised);
  });

  it('scores each question as the official 2.0 script, and the 1.1 subset as torchmetrics', () => {
    for (const { id, prediction, references } of c.questions) {
      const { exact: em, f1 } = answerScores(prediction, references);
      expect(em).toBe(c.v2.exact[id]);
      close(f1, c.v2.f1[id]);
    }
    const v1 = squadScores(
      predictions,
      c.questions.filter(({ id }) => c.v1.ids.includes(id)),
    );
    // torchmetrics gives single precision.
    close(v1.exact, c.v1.exact, 1e-6);
    close(v1.f1, c.v1.f1, 1e-6);
  });

  it('finds the no-answer thresholds of the official script', () => {
    const noAnswer = new Map(c.questions.map((q) => [q.id, q.noAnswer]));
    const best = bestThreshold(predictions, noAnswer, c.questions);
    for (const which of ['exact', 'f1'] as const) {
      close(best[which].score, c.best[which].score);
      expect(best[which].threshold).toBe(c.best[which].threshold);
    }
  });
});

describe('generated text', () => {
  const c = load<{
    segments: Segment[];
    tokens13a: string[][];
    bleu: Record<string, number>;
    nist: Record<string, number>;
    meteor: { segments: number[]; mean: number };
    rouge: { 'beta 1, first reference': number; 'coco, segments': number[] };
    cider: number;
    ter: { segments: number[]; corpus: number };
  }>('text');
  const { segments } = c;
  const first = segments.map(({ hypothesis, references }) => ({ hypothesis, references: references.slice(0, 1) }));

  it('cuts words as sacrebleu 13a', () => {
    expect(segments.map(({ hypothesis }) => [...tokens13a(hypothesis)])).toEqual(c.tokens13a);
  });

  it('bleu agrees with sacrebleu', () => {
    close(bleu(segments), c.bleu['exp']);
    close(bleu(segments, { smooth: 'none' }), c.bleu['none']);
    close(bleu(segments, { tokenize: spaces }), c.bleu['exp, spaces']);
    close(bleu(segments.slice(0, 4)), c.bleu['exp, first four segments']);
  });

  it('nist agrees with NLTK for one reference', () => {
    close(nist(first, spaces), c.nist['first reference, spaces']);
  });

  it('meteor agrees with NLTK without synonyms', () => {
    segments.forEach((segment, i) => {
      close(meteor([segment]), c.meteor.segments[i]);
    });
    close(meteor(segments), c.meteor.mean);
  });

  it('rouge-l agrees with rouge-score (beta 1) and the COCO script', () => {
    close(rougeL(first, { tokenize: alphanumeric, beta: 1 }), c.rouge['beta 1, first reference']);
    segments.forEach((segment, i) => {
      close(rougeL([segment]), c.rouge['coco, segments'][i]);
    });
  });

  it('cider agrees with the COCO script', () => {
    close(cider(segments), c.cider);
  });

  it('ter agrees with sacrebleu', () => {
    segments.forEach((segment, i) => {
      close(ter([segment]), c.ter.segments[i]);
    });
    close(ter(segments, lowerCase(spaces)), c.ter.corpus);
  });
});
