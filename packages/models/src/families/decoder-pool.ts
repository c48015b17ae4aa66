import type { Forward, TokenBatch } from '@lab/adapter';
import { as2d, type tf } from '@lab/engine';
import { lastOfTexts, meanOfTexts } from '../parts/texts.ts';

/**
 * How a decoder's hidden states become one vector: the last valid token (transformers'
 * classification heads) or the mean.
 */
export type DecoderPooling = 'last' | 'mean';
export const DECODER_POOLINGS = ['last', 'mean'] as const;

/** [B, T, d] -> [B, d], with the `output` site. */
export const decoderPool =
  (pooling: DecoderPooling, layers: number) =>
  (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch): tf.Tensor2D => {
    const pooled = pooling === 'last' ? lastOfTexts(hidden, batch) : meanOfTexts(hidden, batch);
    return as2d(forward.perturb('output', { path: 'pool', layer: layers - 1 }, pooled));
  };
