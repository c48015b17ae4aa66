import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { firstOfTexts, meanOfTexts } from './texts.ts';

/**
 * A dense layer with an activation on the first token, as a checkpoint's pooler or classification
 * head begins.
 */
export interface PoolHead {
  readonly spec: LinearSpec;
  readonly activation: Activation;
}

/**
 * First token through the head, the first token alone (`cls`), or the mean of valid tokens: [B, d].
 * With the `output` site.
 */
export const encoderPool =
  (kind: 'mean' | 'cls' | PoolHead, layers: number) =>
  (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch): tf.Tensor2D => {
    const through = ({ spec, activation }: PoolHead): tf.Tensor => {
      const first = firstOfTexts(hidden, batch);
      const [size, width] = first.shape;
      const dense = forward.linear(spec.path, tf.reshape(first, [size, 1, width]));
      return tf.reshape(ACTIVATIONS[activation](dense), [size, spec.dOut]);
    };
    const plain = kind === 'mean' ? meanOfTexts : firstOfTexts;
    const pooled = typeof kind === 'string' ? plain(hidden, batch) : through(kind);
    return as2d(forward.perturb('output', { path: 'pool', layer: layers - 1 }, pooled));
  };
