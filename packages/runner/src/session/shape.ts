import type { Adapter, Model, SiteUse } from '@lab/adapter';

/**
 * The shape of a batch: R rows (two an example for a bi-encoder) of T tokens. Noise sites, and so
 * masks, depend on nothing else.
 */
export interface BatchShape {
  readonly rows: number;
  readonly tokens: number;
}

/** The shape of a batch from its token ids, [R, T]. */
export const shapeOfIds = ({ shape: [rows, tokens] }: { readonly shape: readonly number[] }): BatchShape => {
  if (rows === undefined || tokens === undefined) throw new Error('token ids have two axes, rows and tokens');
  return { rows, tokens };
};

/** Every noise site of a batch of this shape, the model's first. */
export const usesOf = (model: Model, adapter: Adapter, { rows, tokens }: BatchShape): readonly SiteUse[] => [
  ...model.sites(rows, tokens),
  ...adapter.sites(rows, tokens),
];

/**
 * The length that a batch is padded to: few lengths, so that few programs are compiled. Multiples
 * of 8 up to 32, of 16 up to 128, then of 64.
 */
export const bucketFor = (longest: number, maxTokens: number): number => {
  const step = longest <= 32 ? 8 : longest <= 128 ? 16 : 64;
  return Math.min(Math.max(8, Math.ceil(longest / step) * step), Math.max(maxTokens, longest));
};
