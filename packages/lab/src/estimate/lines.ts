import { bytesText, timeText } from '../terminal/print.ts';
import type { CostEstimate } from './estimate.ts';

/** Three figures: `1.25 million`, `87,400`. */
const countText = (n: number): string =>
  n >= 1e6 ? `${Number((n / 1e6).toPrecision(3)).toLocaleString('en')} million` : Math.round(n).toLocaleString('en');

const share = (part: number, all: number): string => `${all > 0 ? Math.round((100 * part) / all) : 0} %`;

/** What an estimate says to people, a line each. */
export const estimateLines = (cost: CostEstimate): readonly string[] => {
  const total = cost.trainGflop + cost.evaluationGflop;
  const basis = cost.byRuns
    ? `by ${cost.from} finished runs`
    : `by matrix products at ${Math.round(cost.gflops ?? 0)} GFLOP/s a thread, measured now; ` +
      'rough, until a run of the model is done';
  return [
    `${countText(cost.steps)} optimiser steps, ${countText(total)} GFLOP ` +
      `(evaluation ${share(cost.evaluationGflop, total)})`,
    `Here: about ${timeText(cost.seconds)} on ${cost.workers} workers (${basis})`,
    ...(cost.card ? [`A card of ${cost.card.tflops} TFLOP/s: about ${timeText(cost.card.seconds)}, used at 35 %`] : []),
    `Memory: about ${bytesText(1e6 * cost.memoryMB)} a worker; disk: about ${bytesText(cost.bytes)} of runs, ` +
      `${bytesText(cost.freeBytes)} free`,
    ...(cost.missing.length > 0
      ? [`Not at hand, so counted as published: ${cost.missing.join(', ')} (--data-dir names the folder)`]
      : []),
    ...(cost.unknown.length > 0
      ? [`Not counted, since only its weights tell a model's shape: ${cost.unknown.join(', ')} (--weights)`]
      : []),
  ];
};
