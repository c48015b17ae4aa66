import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFolder, type Prediction, type RunResult } from '@lab/records';
import { openBest, tf } from '@lab/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { textTargets } from '../src/step/batch.ts';
import { smoothedLoss } from '../src/step/token-loss.ts';
import { openPreparer, openWorkshop, planRun, runOne, surroundingsOf, type ConfigPatch } from '../src/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lab-texts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const run = async (dropout: ConfigPatch, more: ConfigPatch = {}) => {
  const planned = planRun(
    {
      seed: 0,
      dataset: { name: 'gloss', train: 8, validation: 3, maxTest: 3 },
      model: { name: 'embedded-gpt' },
      adapter: { name: 'lora', r: 4, target_modules: ['attn.c_attn'] },
      dropout,
      train: { epochs: 1, batchSize: 4, maxTokens: 48, labelSmoothing: 0.1 },
      generation: { numBeams: 2, maxNewTokens: 4 },
      members: 2,
      ...more,
    },
    'test',
  );
  const { engine } = await openBest('onnx', { threads: 1 });
  const workshop = openWorkshop(engine);
  await runOne(planned, {
    out: scratch,
    preparer: openPreparer({ sources: { cacheDir: scratch } }),
    workshop,
    surroundings: surroundingsOf(engine.description, 1),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  await workshop.close();
  const read = (file: string) => readFileSync(join(runFolder(scratch, planned.id), file), 'utf8');
  return {
    alive: engine.alive(),
    result: JSON.parse(read('result.json')) as RunResult,
    predictions: read('predictions.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction),
  };
};

describe('a text-to-text run', () => {
  it('writes texts as an ensemble of LoRA Dropout, and keeps them', async () => {
    const { result, predictions, alive } = await run({ name: 'lora-dropout', p: 0.3, samples: 1 });
    const test = result.evaluations.filter(({ split }) => split === 'test');
    expect(test.map(({ readout, members }) => [readout, members])).toEqual([
      ['deterministic', 1],
      ['mean-field', 1],
      ['ensemble-logits', 2],
    ]);
    expect(Object.keys(test[0]!.metrics)).toEqual(['nll', 'bleu', 'nist', 'meteor', 'rouge-l', 'cider', 'ter']);
    expect(predictions[0]!.texts?.['ensemble-logits']).not.toBe('');
    expect(predictions[0]!.references).toHaveLength(1);
    const mean = test[0]!.metrics.nll!;
    expect(mean).toBeGreaterThan(2);
    expect(mean).toBeLessThan(Math.log(2048));
    expect(alive).toBe(0);
  });

  it('is tested and selected by mean probabilities where the method says so (mc-dropout)', async () => {
    const { result, predictions } = await run({ name: 'mc-dropout', p: 0.3 }, { select: 'best-validation' });
    const test = result.evaluations.filter(({ split }) => split === 'test');
    expect(result.headline).toEqual({ readout: 'ensemble-probabilities', members: 2 });
    expect(test.map(({ readout, members }) => [readout, members])).toEqual([
      ['deterministic', 1],
      ['ensemble-probabilities', 2],
    ]);
    expect(test[1]?.metrics.bleu).toEqual(expect.any(Number));
    expect(predictions[0]?.texts?.['ensemble-probabilities']).toEqual(expect.any(String));
    expect(result.evaluations.some((e) => e.split === 'validation' && e.readout === 'ensemble-probabilities')).toBe(
      true,
    );
  });
});

describe('targets', () => {
  it('are the reference tokens alone, each at the place before it', () => {
    const row = {
      example: { id: 'a', text: '', label: 0 },
      encoded: [{ ids: Int32Array.of(5, 6, 7, 8) }],
      targetFrom: 2,
    };
    const { labels, weights } = textTargets([row], { rows: 2, tokens: 5 });
    expect(Array.from(labels.data.subarray(0, 3))).toEqual([6, 7, 8]);
    expect(Array.from(weights.data)).toEqual(
      [0, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0].map((w, i) => (i === 1 || i === 2 ? 0.5 : w)),
    );
  });

  it('smoothed: (1 - e) of the label, e of the mean over the vocabulary', async () => {
    await tf.setBackend('cpu');
    const targets = { labels: tf.tensor1d([1], 'int32'), weights: tf.tensor1d([1]) };
    const [loss] = tf.tidy(() => smoothedLoss(tf.tensor2d([[0, Math.log(3)]]), targets, 0.2).dataSync());
    const [hard, soft] = [-Math.log(3 / 4), -(Math.log(1 / 4) + Math.log(3 / 4)) / 2];
    expect(loss).toBeCloseTo(0.8 * hard + 0.2 * soft, 5);
  });
});
