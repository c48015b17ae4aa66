import type { Layers, Noise, Rate } from '../types.ts';

export interface HiddenKeyParts {
  /** Rate of DropKey. */
  readonly key: Rate;
  /** Rate of HiddenCut. */
  readonly hidden: Rate;
  readonly hiddenSite: 'ffn.hidden' | 'ffn.intermediate';
  /** Rate of the cutoff on embeddings, the +input row; 0 for none. */
  readonly input: Rate;
  /** Rate of dropout on the output representation, the +output row; 0 for none. */
  readonly output: Rate;
  readonly layers: Layers;
}

/**
 * Column DropKey and element HiddenCut (HiddenKey, section 3.3), with the add-ons of its
 * sufficiency rows.
 */
export const hiddenKeyNoise = (parts: HiddenKeyParts): readonly Noise[] => {
  const { layers } = parts;
  return [
    { site: 'attention.logits', structure: 'column', compensation: 'none', p: parts.key, scope: 'example', layers },
    {
      site: parts.hiddenSite,
      structure: 'element',
      compensation: 'inverse',
      p: parts.hidden,
      scope: 'example',
      layers,
    },
    { site: 'embedding', structure: 'span', compensation: 'none', p: parts.input, scope: 'example', layers: 'all' },
    { site: 'output', structure: 'element', compensation: 'inverse', p: parts.output, scope: 'example', layers: 'all' },
  ];
};
