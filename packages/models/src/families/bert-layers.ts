import type { LayerPaths } from '../parts/post-norm.ts';

/**
 * Paths of layer i as BERT, RoBERTa and DeBERTa checkpoints have them; `attend` names query, key
 * and value.
 */
export const bertLayerPaths = (
  root: string,
  layer: number,
  [query, key, value]: readonly [query: string, key: string, value: string] = ['query', 'key', 'value'],
): LayerPaths => {
  const at = `${root}.encoder.layer.${layer}`;
  return {
    attention: `${at}.attention`,
    query: `${at}.attention.self.${query}`,
    key: `${at}.attention.self.${key}`,
    value: `${at}.attention.self.${value}`,
    output: `${at}.attention.output.dense`,
    attentionNorm: `${at}.attention.output.LayerNorm`,
    ffn: `${at}.ffn`,
    intermediate: `${at}.intermediate.dense`,
    down: `${at}.output.dense`,
    outputNorm: `${at}.output.LayerNorm`,
  };
};
