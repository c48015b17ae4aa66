import { BadInput } from '@lab/records';
import { lawOf } from '../laws/index.ts';
import type { Noise } from '../types.ts';
import { extremes } from './rate.ts';
import { kindOf, structuresAt } from './structure.ts';

/**
 * Why a combination of site, structure, law, scope and rate means nothing; undefined where it means
 * something.
 */
export const refusal = (noise: Noise): string | undefined => {
  const { site, structure, scope, p } = noise;
  const wrong = extremes(p).find((value) => !(value >= 0 && value < 1));
  if (wrong !== undefined || extremes(p).length === 0) return `a rate lies in [0, 1); got ${wrong ?? 'none'}`;
  if (!structuresAt(site).includes(structure))
    return `structure "${structure}" has no meaning there; allowed: ${structuresAt(site).join(', ')}`;
  if (kindOf(site) === 'matrix' && scope === 'example')
    return (
      'this matrix is shared by all examples; ' +
      'for one mask an example use column masks at lora.input and lora.delta'
    );
  return lawOf(noise).refusal(noise);
};

/** A noise in a few words, for messages. */
export const noiseLabel = ({ site, structure, compensation, law }: Noise): string =>
  `${site}, ${structure}, ${law === undefined ? `compensation ${compensation}` : `law ${law}`}`;

/**
 * Throws `BadInput` with the reason for the first noise that means nothing. `where` names the
 * config key.
 */
export const checkNoise = (noise: readonly Noise[], where: string): void => {
  noise.forEach((one, i) => {
    const reason = refusal(one);
    if (reason) throw new BadInput(`${where}: noise ${i + 1} (${noiseLabel(one)}): ${reason}`);
  });
};
