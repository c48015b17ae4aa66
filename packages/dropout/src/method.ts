import { entry, type Entry } from '@lab/records';
import type { z } from 'zod';
import { checkNoise } from './noise/check.ts';
import { isZero } from './noise/rate.ts';
import type { Dropout } from './types.ts';

/** One pass instead of several equal ones. */
const once = (dropout: Dropout): Dropout => ({ ...dropout, samples: 1, consistency: undefined });

/**
 * What a method amounts to once its rates are known. Where nothing is dropped in training, a second
 * pass or sample would repeat the first to the last bit but for rounding, so there is one pass: p =
 * 0 is exactly plain LoRA. Where nothing is dropped at test either, the readout is the
 * deterministic pass. Throws `BadInput` for noise that means nothing.
 */
export const settle = (dropout: Dropout, where: string): Dropout => {
  const { noise, testNoise = noise } = dropout;
  checkNoise(noise, where);
  checkNoise(testNoise, where);
  const trained = noise.some(({ p }) => !isZero(p)) ? dropout : once(dropout);
  const tested = testNoise.some(({ p }) => !isZero(p));
  const meanField = dropout.evaluate.readout === 'mean-field' && trained === dropout;
  return tested || meanField ? trained : { ...trained, evaluate: { readout: 'deterministic' } };
};

/** A dropout method as an entry of the catalogue. */
export const method = <S extends z.ZodObject>(e: Entry<[], Dropout, S>): Entry<[], Dropout> =>
  entry<[], Dropout, S>({ ...e, build: (options) => settle(e.build(options), `dropout (${e.name})`) });
