import type { Site } from '@lab/adapter';
import { STRUCTURES, type NoiseKind, type Scope, type Structure } from './axes.ts';

/** What kind of value lies at a site. */
export type SiteKind = 'tokens' | 'matrix' | 'attention' | 'vector';

const kinds: { readonly [site in Site]: SiteKind } = {
  embedding: 'tokens',
  'lora.input': 'tokens',
  'lora.A': 'matrix',
  'lora.rank': 'tokens',
  'lora.B': 'matrix',
  'lora.delta': 'tokens',
  'attention.logits': 'attention',
  'attention.weights': 'attention',
  'ffn.intermediate': 'tokens',
  'ffn.hidden': 'tokens',
  output: 'vector',
};

export const kindOf = (site: Site): SiteKind => kinds[site];

/**
 * batch: one entry an example, or one in all, as the scope says. own: one entry each. shared: one
 * entry for the whole axis.
 */
type Axis = 'batch' | 'own' | 'shared';

/** The axes of a mask, in the order of the value's axes. What is not here has no meaning. */
const axes: { readonly [kind in SiteKind]: { readonly [structure in Structure]?: readonly Axis[] } } = {
  // [B, T, width]
  tokens: {
    element: ['batch', 'own', 'own'],
    column: ['batch', 'shared', 'own'],
    row: ['batch', 'own', 'shared'],
    span: ['batch', 'own', 'shared'],
    example: ['batch', 'shared', 'shared'],
  },
  // [r, d_in] or [d_out, r]
  matrix: { element: ['own', 'own'], column: ['shared', 'own'], row: ['own', 'shared'] },
  // [B, heads, query, key]
  attention: {
    element: ['batch', 'own', 'own', 'own'],
    column: ['batch', 'own', 'shared', 'own'],
    row: ['batch', 'own', 'own', 'shared'],
    span: ['batch', 'own', 'shared', 'own'],
    head: ['batch', 'own', 'shared', 'shared'],
    example: ['batch', 'shared', 'shared', 'shared'],
  },
  // [B, width]
  vector: { element: ['batch', 'own'], example: ['batch', 'shared'] },
};

/**
 * What a mask belongs to: the adapter's parameters, a whole text (all its tokens share it), or
 * single tokens. An instance of the first two is fixed while a text is written.
 */
export const ownerOf = ({
  site,
  structure,
}: Pick<NoiseKind, 'site' | 'structure'>): 'parameters' | 'text' | 'token' => {
  switch (kindOf(site)) {
    case 'matrix':
      return 'parameters';
    case 'vector':
      return 'text';
    case 'tokens':
      return axes.tokens[structure]?.[1] === 'shared' ? 'text' : 'token';
    case 'attention':
      return 'token';
  }
};

/** The structures that mean something at a site. */
export const structuresAt = (site: Site): readonly Structure[] =>
  STRUCTURES.filter((structure) => axes[kindOf(site)][structure]);

/**
 * Shape of a noise's mask for a value of `shape`; it broadcasts to the value. Throws for a
 * combination that `refusal` names.
 */
export const maskShape = (
  { site, structure, scope }: Pick<NoiseKind, 'site' | 'structure'> & { readonly scope: Scope },
  shape: readonly number[],
): readonly number[] => {
  const mask = axes[kindOf(site)][structure];
  if (!mask || mask.length !== shape.length)
    throw new Error(`no ${structure} mask for a value of shape [${shape.join(', ')}] at ${site}`);
  const separate = (axis: Axis) => axis === 'own' || (axis === 'batch' && scope === 'example');
  return shape.map((n, i) => (separate(mask[i] ?? 'shared') ? n : 1));
};
