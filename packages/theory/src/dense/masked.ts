import { itemAt } from '@lab/records';
import { drawMasks, methods, planMasks } from '@lab/dropout';
import type { Key } from '@lab/random';
import { plainView, type Problem, type View } from './problem.ts';

/** m_A over the columns of A and m_B over the rows of B, 1 for kept (LoRA Dropout, Eq. 2). */
interface MaskPair {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

const place = { path: 'linear', layer: 0 } as const;

/**
 * Draws pairs of masks by the laboratory's own LoRA Dropout at rate p, for A [r, dIn] and B [dOut,
 * r]: a key gives a pair.
 */
export const pairDrawer = (
  p: number,
  { dIn, dOut, r }: { readonly dIn: number; readonly dOut: number; readonly r: number },
): ((key: Key) => MaskPair) => {
  const { noise } = methods.build(methods.parse({ name: 'lora-dropout', p }));
  const uses = [
    { site: 'lora.A', place, shape: [r, dIn] },
    { site: 'lora.B', place, shape: [dOut, r] },
  ] as const;
  const plan = planMasks(noise, uses, 1);
  const context = { lengths: Int32Array.of(1), causal: false, progress: 0 };
  return (key) => {
    const drawn = drawMasks(plan, key, context);
    // At p = 0 nothing is planned: all is kept.
    const maskAt = (site: string, size: number) => {
      const planned = plan.find((mask) => mask.site === site);
      return Uint8Array.from((planned && drawn[planned.name]?.data) ?? new Uint8Array(size).fill(1));
    };
    return { a: maskAt('lora.A', dIn), b: maskAt('lora.B', dOut) };
  };
};

/**
 * The examples as a mask pair shows them: dropped inputs and dropped outputs are zero, nothing is
 * rescaled.
 */
export const masked = ({ u, w }: View, { a, b }: MaskPair): View => ({
  u: u.map((x, i) => x * itemAt(a, i % a.length)),
  w: w.map((x, i) => x * itemAt(b, i)),
});

/** The problem under dropout, its loss averaged over these masks. */
export const withMasks = (problem: Problem, pairs: readonly MaskPair[]): Problem => ({
  ...problem,
  views: pairs.map((pair) => masked(plainView(problem), pair)),
});

/** Every pair of masks with its probability at rate p; 2^(dIn + dOut) of them. */
export const allPairs = (
  p: number,
  dIn: number,
  dOut: number,
): readonly { readonly pair: MaskPair; readonly chance: number }[] => {
  const q = 1 - p;
  return Array.from({ length: 2 ** (dIn + dOut) }, (_, code) => {
    const keep = Uint8Array.from({ length: dIn + dOut }, (_unused, i) => (code >> i) & 1);
    const kept = keep.reduce((a, b) => a + b, 0);
    return {
      pair: { a: keep.slice(0, dIn), b: keep.slice(dIn) },
      chance: q ** kept * p ** (dIn + dOut - kept),
    };
  });
};
