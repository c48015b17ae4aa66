import { BadInput } from '@lab/records';
import { extremes } from './rate.ts';
import { kindOf, structuresAt } from './structure.ts';
import type { Noise } from './types.ts';

const wholeQuery = ['row', 'head', 'example'] as const;

/** Whether the mask must leave every query at least one key: a softmax or a division by the kept weights follows. */
export const needsKey = ({ site, compensation }: Noise): boolean =>
  site === 'attention.logits' || (site === 'attention.weights' && compensation.startsWith('normalised'));

/** Why a combination of site, structure, compensation, scope and rate means nothing; undefined where it means something. */
export const refusal = (noise: Noise): string | undefined => {
  const { site, structure, compensation, scope, p } = noise;
  const wrong = extremes(p).find((value) => !(value >= 0 && value < 1));
  if (wrong !== undefined || extremes(p).length === 0) return `a rate lies in [0, 1); got ${wrong ?? 'none'}`;
  if (!structuresAt(site).includes(structure))
    return `structure "${structure}" has no meaning there; allowed: ${structuresAt(site).join(', ')}`;
  if (kindOf(site) === 'matrix' && scope === 'example')
    return 'this matrix is shared by all examples; for one mask an example use column masks at lora.input and lora.delta';
  if (compensation.startsWith('normalised') && site !== 'attention.weights')
    return 'normalised compensation divides by the sum of kept attention weights, so it belongs to attention.weights';
  if (site === 'attention.logits' && compensation !== 'none')
    return 'the softmax that follows already rescales the kept keys; compensation must be "none"';
  if (needsKey(noise) && wholeQuery.some((whole) => whole === structure))
    return `structure "${structure}" would take every key from a query; allowed here: element, column, span`;
  return undefined;
};

/** A noise in a few words, for messages. */
export const noiseLabel = ({ site, structure, compensation }: Noise): string =>
  `${site}, ${structure}, compensation ${compensation}`;

/** Throws `BadInput` with the reason for the first noise that means nothing. `where` names the config key. */
export const checkNoise = (noise: readonly Noise[], where: string): void => {
  noise.forEach((one, i) => {
    const reason = refusal(one);
    if (reason) throw new BadInput(`${where}: noise ${i + 1} (${noiseLabel(one)}): ${reason}`);
  });
};
