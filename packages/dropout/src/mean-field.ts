import { noNoise, type Perturb, type Place } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { tf } from '@lab/engine';
import { actsAt } from './layers.ts';
import { isZero, lastRate } from './rate.ts';
import type { Dropout, Noise } from './types.ts';

const live = (noise: readonly Noise[]): readonly Noise[] => noise.filter(({ p }) => !isZero(p));

/** Whether the expected update is a plain multiple of the whole one: masks on the adapter's branch, equal in law everywhere. */
const linear = ({ site, structure }: Noise): boolean => site.startsWith('lora.') && structure !== 'span';

/** Whether noise has an expected update to evaluate with. */
export const meanFieldDefined = (noise: readonly Noise[]): boolean => live(noise).every(linear);

const factorAt = (noise: readonly Noise[], { layer }: Place, depth: number): number =>
  noise
    .filter((one) => one.compensation === 'none' && actsAt(one, layer, depth))
    .reduce((product, { p }) => product * (1 - lastRate(p, layer)), 1);

/**
 * The expected update as noise without chance: `lora.delta` times (1 - p) for every independent, uncompensated mask on the branch, at
 * the rate that training ends with. Masks of A and B give E[diag(m_B) B A diag(m_A)] = (1-p)^2 B A (from LoRA Dropout, Eq. 2).
 * Give it the training noise, also where test masks differ. `deterministic` itself where the factor is 1; undefined where the update is not linear in the masks (attention, hidden values, spans).
 */
export const meanFieldScale = (noise: readonly Noise[], depth: number): Perturb | undefined => {
  if (!meanFieldDefined(noise)) return undefined;
  const masks = live(noise);
  if (masks.every(({ compensation }) => compensation === 'inverse')) return noNoise;
  return (site, place, value) => {
    const factor = site === 'lora.delta' ? factorAt(masks, place, depth) : 1;
    return factor === 1 ? value : tf.mul(value, factor);
  };
};

/**
 * What a merged update at `place` is multiplied by: 1 for a method tested by the deterministic pass, the expected factor for mean-field.
 * Throws `BadInput` for a method tested as an ensemble: no single weight matrix gives its output.
 */
export const mergeFactor = ({ noise, evaluate }: Dropout, place: Place, depth: number): number => {
  switch (evaluate.readout) {
    case 'deterministic':
      return 1;
    case 'mean-field':
      return factorAt(live(noise), place, depth);
    default:
      throw new BadInput(
        `dropout: tested with readout "${evaluate.readout}", which no single merged matrix can reproduce; merge it with "deterministic" or "mean-field"`,
      );
  }
};
