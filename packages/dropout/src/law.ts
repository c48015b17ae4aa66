import { needsKey } from './check.ts';
import { rateAt } from './rate.ts';
import { spanLengths, spanWindow } from './span.ts';
import { tokenAxis } from './draw.ts';
import type { DrawContext, PlannedMask } from './types.ts';
import { validTokens, visibleKeys } from './window.ts';

/** P(dropped) of every position of a row with n valid tokens of which a run is dropped. */
const spanDrops = (tokens: number, n: number, p: number, guarded: boolean, causal: boolean): Float64Array => {
  const { first, end, most } = spanWindow(n, guarded, causal);
  const { shorter, longer, chance } = spanLengths(n, p, most);
  const drops = new Float64Array(tokens);
  for (const [length, weight] of [
    [shorter, 1 - chance],
    [longer, chance],
  ] as const) {
    const starts = end - first - length + 1;
    for (let start = first; start < first + starts; start++)
      for (let j = start; j < start + length; j++) drops[j]! += weight / starts;
  }
  return drops;
};

/**
 * The law of a mask: for each of its entries the probability of being kept. 1 - p, but for two rules: a run is nearer to the middle
 * of a text than to its ends, and where a key must survive, each of v visible keys is kept with 1 - p + p^v / v.
 */
export const keepLaw = (planned: PlannedMask, { lengths, causal, progress }: DrawContext): Float64Array => {
  const { noise, maskShape, place } = planned;
  const p = rateAt(noise.p, place.layer, progress);
  const law = new Float64Array(maskShape.reduce((a, b) => a * b, 1)).fill(1 - p);
  const guarded = needsKey(noise);
  if (noise.structure !== 'span' && !guarded) return law;
  const tokens = maskShape[tokenAxis(planned)]!;
  const valid = validTokens(maskShape[0]!, tokens, lengths);
  const rows = law.length / tokens;
  for (let row = 0; row < rows; row++) {
    const cells = law.subarray(row * tokens, (row + 1) * tokens);
    if (noise.structure === 'span') {
      const n = valid[Math.floor((row * valid.length) / rows)]!;
      cells.set(spanDrops(tokens, n, p, guarded, causal).map((drop) => 1 - drop));
    } else {
      const v = visibleKeys(row, maskShape, valid, causal);
      cells.fill(1 - p + p ** v / v, 0, v);
    }
  }
  return law;
};
