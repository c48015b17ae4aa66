import type { LayerPaths } from '../parts/post-norm.ts';

/** Paths of layer i as BERT, RoBERTa and DeBERTa checkpoints have them; `attend` names query, key and value. */
export const bertLayerPaths = (
  root: string,
  layer: number,
  attend: readonly [query: string, key: string, value: string] = ['query', 'key', 'value'],
): LayerPaths => {
  const at = `${root}.encoder.layer.${layer}`;
  const [query, key, value] = attend.map((name) => `${at}.attention.self.${name}`);
  return {
    attention: `${at}.attention`,
    query: query!,
    key: key!,
    value: value!,
    output: `${at}.attention.output.dense`,
    attentionNorm: `${at}.attention.output.LayerNorm`,
    ffn: `${at}.ffn`,
    intermediate: `${at}.intermediate.dense`,
    down: `${at}.output.dense`,
    outputNorm: `${at}.output.LayerNorm`,
  };
};
