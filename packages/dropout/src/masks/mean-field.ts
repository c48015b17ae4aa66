import { noNoise, type Perturb, type Place } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { tf } from '@lab/engine';
import { lawOf } from '../laws/index.ts';
import { actsAt } from '../noise/layers.ts';
import { extremes, isZero, lastRate } from '../noise/rate.ts';
import type { Dropout, Noise } from '../types.ts';

const active = (noise: readonly Noise[]): readonly Noise[] => noise.filter(({ p }) => !isZero(p));

/** The mean factor of a noise as a function of its rate; undefined where entries differ. */
const meanOf = (noise: Noise): ((p: number) => number) | undefined => {
  const { mean } = lawOf(noise);
  return mean.kind === 'everywhere' ? mean.at : undefined;
};

/**
 * Whether the expected update is a multiple of the whole one: factors on the adapter's branch, of
 * one mean everywhere.
 */
const linear = (noise: Noise): boolean => noise.site.startsWith('lora.') && meanOf(noise) !== undefined;

/** Whether the mean factor is 1 at every rate. */
const unbiased = (noise: Noise): boolean => extremes(noise.p).every((p) => meanOf(noise)?.(p) === 1);

/** Whether noise has an expected update to evaluate with. */
export const meanFieldDefined = (noise: readonly Noise[]): boolean => active(noise).every(linear);

const factorAt = (noise: readonly Noise[], { layer }: Place, depth: number): number =>
  noise
    .filter((one) => actsAt(one, layer, depth))
    .reduce((product, one) => product * (meanOf(one)?.(lastRate(one.p, layer)) ?? 1), 1);

/**
 * The expected update as noise without chance: `lora.delta` times the mean factor of every
 * independent mask on the branch, at the rate that training ends with. Masks of A and B give
 * E[diag(m_B) B A diag(m_A)] = (1-p)^2 B A (from LoRA Dropout, Eq. 2). Give it the training noise,
 * also where test masks differ. It is `noNoise` where every mean is 1, and undefined where the
 * update is not linear in the masks (attention, hidden values, spans).
 */
export const meanFieldScale = (noise: readonly Noise[], depth: number): Perturb | undefined => {
  if (!meanFieldDefined(noise)) return undefined;
  const masks = active(noise);
  if (masks.every(unbiased)) return noNoise;
  return (site, place, value) => {
    const factor = site === 'lora.delta' ? factorAt(masks, place, depth) : 1;
    return factor === 1 ? value : tf.mul(value, factor);
  };
};

/**
 * What a merged update at `place` is multiplied by: 1 for a method tested by the deterministic
 * pass, the expected factor for mean-field. Throws `BadInput` for a method tested as an ensemble:
 * no single weight matrix gives its output.
 */
export const mergeFactor = ({ noise, evaluate }: Dropout, place: Place, depth: number): number => {
  switch (evaluate.readout) {
    case 'deterministic':
      return 1;
    case 'mean-field':
      return factorAt(active(noise), place, depth);
    default:
      throw new BadInput(
        `dropout: tested with readout "${evaluate.readout}", which no single merged matrix can reproduce; ` +
          'merge it with "deterministic" or "mean-field"',
      );
  }
};
