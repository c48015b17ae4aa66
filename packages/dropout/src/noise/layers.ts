import type { Noise } from '../types.ts';
import { isSchedule, isZero, rateAt } from './rate.ts';

/** Whether a noise ever drops anything at a layer (0 = first) of a model with `depth` layers. */
export const actsAt = ({ layers, p }: Noise, layer: number, depth: number): boolean => {
  const chosen =
    layers === 'all' || (layers === 'latter-half' ? layer >= Math.floor(depth / 2) : layers.includes(layer));
  return chosen && (isSchedule(p) ? !isZero(p) : rateAt(p, layer, 0) > 0);
};
