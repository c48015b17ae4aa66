import { noNoise, type LinearSpec, type Perturb } from '@lab/adapter';
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

/**
 * Product of the mean factors, at the rate that training ends with, of the noises that act in a
 * layer.
 */
const factorAt = (noise: readonly Noise[], layer: number, depth: number): number =>
  noise
    .filter((one) => actsAt(one, layer, depth))
    .reduce((product, one) => product * (meanOf(one)?.(lastRate(one.p, layer)) ?? 1), 1);

/**
 * The expected update as noise without chance: every mask on the adapter's branch becomes its mean
 * factor, where it acts, at the rate that training ends with. Masks are independent, so masks of A
 * and B give E[diag(m_B) B A diag(m_A)] = (1-p)^2 B A (from LoRA Dropout, Eq. 2) on every path that
 * A and B lie on, DeBERTa's relative positions included. Give it the training noise, also where
 * test masks differ. It is `noNoise` where every mean is 1, and undefined where the update is not
 * linear in the masks (attention, hidden values, spans).
 */
export const meanFieldScale = (noise: readonly Noise[], depth: number): Perturb | undefined => {
  if (!meanFieldDefined(noise)) return undefined;
  const masks = active(noise);
  if (masks.every(unbiased)) return noNoise;
  return (site, { layer }, value) => {
    const factor = factorAt(
      masks.filter((one) => one.site === site),
      layer,
      depth,
    );
    return factor === 1 ? value : tf.mul(value, factor);
  };
};

/** Where an update lies: a linear map, and what passes through it. */
export type MergePlace = Pick<LinearSpec, 'path' | 'layer' | 'per' | 'positions'>;

const expectedFactor = (
  noise: readonly Noise[],
  { path, layer, per, positions }: MergePlace,
  depth: number,
): number => {
  const onTokens = factorAt(noise, layer, depth);
  if (per !== 'position' && !positions) return onTokens;
  // Noise on token values does not reach relative positions.
  const matrices = noise.filter(({ site }) => site === 'lora.A' || site === 'lora.B');
  const onPositions = factorAt(matrices, layer, depth);
  if (per === 'position' || onPositions === onTokens) return onPositions;
  throw new BadInput(
    `dropout: ${path} also carries relative positions, which noise on token values does not reach; ` +
      'no single merged matrix gives the expected update, so merge it with "deterministic" or use masks of A and B',
  );
};

/**
 * What a merged update at `place` is multiplied by: 1 for a method tested by the deterministic
 * pass, the expected factor for mean-field. Throws `BadInput` where no single matrix gives the
 * output: for a method tested as an ensemble, and where tokens and relative positions that share a
 * matrix have different factors.
 */
export const mergeFactor = ({ noise, evaluate }: Dropout, place: MergePlace, depth: number): number => {
  switch (evaluate.readout) {
    case 'deterministic':
      return 1;
    case 'mean-field':
      return expectedFactor(active(noise), place, depth);
    default:
      throw new BadInput(
        `dropout: tested with readout "${evaluate.readout}", which no single merged matrix can reproduce; ` +
          'merge it with "deterministic" or "mean-field"',
      );
  }
};
