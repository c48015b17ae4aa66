import { expect, it } from 'vitest';
import { TRAIN_SAMPLE, trainSample } from '../src/run/train-sample.ts';
import type { Row } from '../src/session/rows/rows.ts';

const rows = (n: number): readonly Row[] =>
  Array.from({ length: n }, (_, i) => ({ example: { id: `train:${i}`, text: '', label: 0 }, encoded: [] }));

it('reads a sample of a large training split without repeats, the same for equal seeds', () => {
  const all = rows(3 * TRAIN_SAMPLE);
  const sample = trainSample(all, { seed: 1 });
  expect(new Set(sample).size).toBe(TRAIN_SAMPLE);
  expect(trainSample(all, { seed: 1 })).toEqual(sample);
  expect(trainSample(all, { seed: 2 })).not.toEqual(sample);
});

it('reads the whole of a small one, and of a large one where that is asked for', () => {
  const [few, many] = [rows(TRAIN_SAMPLE), rows(TRAIN_SAMPLE + 1)];
  expect(trainSample(few, { seed: 1 })).toBe(few);
  expect(trainSample(many, { seed: 1, trainReading: 'whole' })).toBe(many);
});
