import type { LinearSpec, SiteUse } from '@lab/adapter';

/** Sizes of the one checkpoint there is: two layers, the second twice as wide. */
export const HEADS = 4;
export const MAX_TOKENS = 128;
export const EMBEDDING_WIDTH = 256;
export const WIDTH = 512;
export const FFN_WIDTH = 1536;
/** Width of what enters each layer. */
export const LAYER_WIDTHS = [256, 512] as const;

export type Pooling = 'mean' | 'tanh-head';

const linear = (layer: number, name: string, dIn: number, dOut: number): LinearSpec => ({
  path: `layer.${layer}.${name}`,
  layer,
  dIn,
  dOut,
  per: 'token',
});

/** Every linear map that the chosen pooling uses, in forward order. */
export const linears = (pooling: Pooling): readonly LinearSpec[] => [
  ...LAYER_WIDTHS.flatMap((width, layer) => [
    linear(layer, 'attention.query', width, width),
    linear(layer, 'attention.key', width, width),
    linear(layer, 'attention.value', width, width),
    linear(layer, 'attention.output', width, WIDTH),
    ...(width === WIDTH ? [] : [linear(layer, 'residual', width, WIDTH)]),
    linear(layer, 'ffn.intermediate', WIDTH, FFN_WIDTH),
    linear(layer, 'ffn.output', FFN_WIDTH, WIDTH),
  ]),
  ...(pooling === 'mean'
    ? []
    : [{ path: 'pooler', layer: LAYER_WIDTHS.length - 1, dIn: WIDTH, dOut: WIDTH, per: 'example' } as const]),
];

/** The model's own noise sites for B rows of T tokens, in forward order. */
export const sites = (batch: number, tokens: number): readonly SiteUse[] => [
  { site: 'embedding', place: { path: 'embedding', layer: 0 }, shape: [batch, tokens, EMBEDDING_WIDTH] },
  ...LAYER_WIDTHS.flatMap((_, layer): SiteUse[] => {
    const attention = { path: `layer.${layer}.attention`, layer };
    const ffn = { path: `layer.${layer}.ffn`, layer };
    return [
      { site: 'attention.logits', place: attention, shape: [batch, HEADS, tokens, tokens] },
      { site: 'attention.weights', place: attention, shape: [batch, HEADS, tokens, tokens] },
      { site: 'ffn.intermediate', place: ffn, shape: [batch, tokens, FFN_WIDTH] },
      { site: 'ffn.hidden', place: ffn, shape: [batch, tokens, WIDTH] },
    ];
  }),
  { site: 'output', place: { path: 'pool', layer: LAYER_WIDTHS.length - 1 }, shape: [batch, WIDTH] },
];
