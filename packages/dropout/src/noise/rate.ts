import type { Rate, RateSchedule } from '../types.ts';

/** Whether the rate moves along training, so that it enters a step as an input. */
export const isSchedule = (rate: Rate): rate is RateSchedule => typeof rate === 'object' && 'from' in rate;

/** Every value the rate can start from or end at. */
export const extremes = (rate: Rate): readonly number[] =>
  typeof rate === 'number' ? [rate] : isSchedule(rate) ? [rate.from, rate.to] : rate.byLayer;

/** Whether nothing is ever dropped at this rate. */
export const isZero = (rate: Rate): boolean => extremes(rate).every((p) => p === 0);

/**
 * Probability of dropping at a layer (0 = first), after a share `progress` of training. A place
 * behind the last layer takes the last layer's rate.
 */
export const rateAt = (rate: Rate, layer: number, progress: number): number => {
  if (typeof rate === 'number') return rate;
  if (!isSchedule(rate)) return rate.byLayer[layer] ?? rate.byLayer.at(-1) ?? 0;
  const t = Math.min(Math.max(progress, 0), 1);
  return rate.from + (rate.to - rate.from) * (rate.curve === 'linear' ? t : (1 - Math.cos(Math.PI * t)) / 2);
};

/** The rate that training ends with. */
export const lastRate = (rate: Rate, layer: number): number => rateAt(rate, layer, 1);
