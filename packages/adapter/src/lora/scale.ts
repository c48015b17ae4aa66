import type { LinearSpec } from '../model.ts';
import { byTarget, type Pattern } from './patterns.ts';

interface Scaling {
  readonly r: number;
  readonly alpha: number;
  readonly rslora: boolean;
}

/** alpha / r, or alpha / sqrt(r) for rsLoRA. */
export const loraScale = ({ r, alpha, rslora }: Scaling): number => alpha / (rslora ? Math.sqrt(r) : r);

/** LoRA's numbers, with ranks and numerators of single targets. */
export interface PatternedScaling extends Scaling {
  readonly rank_pattern?: Pattern | undefined;
  readonly alpha_pattern?: Pattern | undefined;
}

/** Rank and scale of every target by path. Throws `BadInput` for patterns that do not fit. */
export const branchesBy = (
  { r, alpha, rslora, rank_pattern, alpha_pattern }: PatternedScaling,
  targets: readonly LinearSpec[],
): ((path: string) => { readonly r: number; readonly scale: number }) => {
  const rankOf = byTarget('adapter.rank_pattern', targets, r, rank_pattern);
  const alphaOf = byTarget('adapter.alpha_pattern', targets, alpha, alpha_pattern);
  return (path) => ({
    r: rankOf(path),
    scale: loraScale({ r: rankOf(path), alpha: alphaOf(path), rslora }),
  });
};

/** The same numbers in the words of PEFT's adapter_config.json. */
export const peftScaling = ({ r, alpha, rslora, rank_pattern, alpha_pattern }: PatternedScaling) => ({
  peft_type: 'LORA',
  r,
  lora_alpha: alpha,
  use_rslora: rslora,
  ...(rank_pattern ? { rank_pattern } : {}),
  ...(alpha_pattern ? { alpha_pattern } : {}),
});
