import type { LinearSpec } from '../model.ts';
import type { SiteUse } from '../site.ts';

/** The noise sites of a low-rank branch on each target, in forward order, for B rows and T tokens. */
export const loraSites = (
  targets: readonly LinearSpec[],
  r: number,
  batch: number,
  tokens: number,
): readonly SiteUse[] =>
  targets.flatMap((spec) => {
    const place = { path: spec.path, layer: spec.layer };
    const lead = [batch, spec.per === 'token' ? tokens : 1];
    return [
      { site: 'lora.input', place, shape: [...lead, spec.dIn] },
      { site: 'lora.A', place, shape: [r, spec.dIn] },
      { site: 'lora.rank', place, shape: [...lead, r] },
      { site: 'lora.B', place, shape: [spec.dOut, r] },
      { site: 'lora.delta', place, shape: [...lead, spec.dOut] },
    ] as const;
  });
