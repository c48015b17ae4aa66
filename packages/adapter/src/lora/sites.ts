import type { LinearSpec } from '../model.ts';
import type { SiteUse } from '../pass/site.ts';

/**
 * The noise sites of a low-rank branch on each target, in forward order, for B rows and T tokens.
 */
export const loraSites = (
  targets: readonly LinearSpec[],
  r: number,
  batch: number,
  tokens: number,
): readonly SiteUse[] =>
  targets.flatMap((spec): readonly SiteUse[] => {
    const place = { path: spec.path, layer: spec.layer };
    const [A, B] = [
      { site: 'lora.A', place, shape: [r, spec.dIn] },
      { site: 'lora.B', place, shape: [spec.dOut, r] },
    ] as const;
    if (spec.per === 'position') return [A, B];
    const lead = [batch, spec.per === 'token' ? tokens : 1];
    return [
      { site: 'lora.input', place, shape: [...lead, spec.dIn] },
      A,
      { site: 'lora.rank', place, shape: [...lead, r] },
      B,
      { site: 'lora.delta', place, shape: [...lead, spec.dOut] },
    ];
  });
