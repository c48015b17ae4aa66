import type { Adapter, Model, SiteUse } from '@lab/adapter';

/** Texts of a packed batch that attention meets together: n texts of t tokens. */
export interface GroupShape {
  readonly texts: number;
  readonly tokens: number;
}

/**
 * The shape of a batch: R texts (two an example for a bi-encoder), the longest padded to T tokens.
 * Noise sites, and so the masks that are drawn, depend on nothing else. A packed batch also says
 * how its texts lie: end to end in P rows, and in groups for attention.
 */
export interface BatchShape {
  readonly rows: number;
  readonly tokens: number;
  readonly packed?: { readonly rows: number; readonly groups: readonly GroupShape[] };
}

/** A tensor, a host array or a handle. */
interface Shaped {
  readonly shape: readonly number[];
}

const axes = ({ shape: [first, second] }: Shaped): readonly [number, number] => {
  if (first === undefined || second === undefined) throw new Error('expected two axes');
  return [first, second];
};

/** The shape of a batch from its arrays or tensors. */
export const shapeOfBatch = ({
  ids,
  packing,
}: {
  readonly ids: Shaped;
  readonly packing?: { readonly texts: Shaped; readonly valid: { readonly [group: string]: Shaped } };
}): BatchShape => {
  const [rows, tokens] = axes(ids);
  if (!packing) return { rows, tokens };
  const groups = Object.values(packing.valid).map((valid) => {
    const [texts, length] = axes(valid);
    return { texts, tokens: length };
  });
  const longest = Math.max(...groups.map((group) => group.tokens));
  return { rows: axes(packing.texts)[0], tokens: longest, packed: { rows: tokens, groups } };
};

/** Every noise site of a padded batch of this shape, the model's first. */
export const usesOf = (model: Model, adapter: Adapter, { rows, tokens }: BatchShape): readonly SiteUse[] => [
  ...model.sites(rows, tokens),
  ...adapter.sites(rows, tokens),
];

/**
 * The length that texts are padded to: few lengths, so that few programs are compiled. Multiples of
 * 8 up to 32, of 16 up to 128, then of 64.
 */
export const bucketFor = (longest: number, maxTokens: number): number => {
  const step = longest <= 32 ? 8 : longest <= 128 ? 16 : 64;
  return Math.min(Math.max(8, Math.ceil(longest / step) * step), Math.max(maxTokens, longest));
};
