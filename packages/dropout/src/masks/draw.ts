import type { HostArray } from '@lab/engine';
import { fold, type Key } from '@lab/random';
import { rateAt } from '../noise/rate.ts';
import type { PlannedMask } from '../types.ts';
import type { DrawContext } from '../noise/axes.ts';
import { rateInputs } from './plan.ts';

/** One mask, pure in its key. */
const drawMask = ({ noise, law, site, place, maskShape }: PlannedMask, key: Key, context: DrawContext): HostArray =>
  law.draw(key, { site, shape: maskShape, p: rateAt(noise.p, place.layer, context.progress), context });

/**
 * Draws on the host what `perturbWith` needs: every planned mask by its name, then the rates that
 * move along training. The key of a mask is folded from its site, its path and its position among
 * the site's noises, so a mask does not change when noise is added elsewhere.
 */
export const drawMasks = (
  plan: readonly PlannedMask[],
  key: Key,
  context: DrawContext,
): { readonly [name: string]: HostArray } => {
  const masks = plan.map((planned): [string, HostArray] => {
    const own = fold(fold(fold(key, planned.site), planned.place.path), planned.index);
    return [planned.name, drawMask(planned, own, context)];
  });
  return { ...Object.fromEntries(masks), ...rateInputs(plan, context.progress) };
};
