import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { firstToken, maskedMean } from './pool.ts';

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
  (forward: Forward, hidden: tf.Tensor3D, { valid }: TokenBatch): tf.Tensor2D => {
    const through = ({ spec, activation }: PoolHead): tf.Tensor => {
      const first = firstToken(hidden);
      const [batch, width] = first.shape;
      const dense = forward.linear(spec.path, tf.reshape(first, [batch, 1, width]));
      return tf.reshape(ACTIVATIONS[activation](dense), [batch, spec.dOut]);
    };
    const pooled = kind === 'mean' ? maskedMean(hidden, valid) : kind === 'cls' ? firstToken(hidden) : through(kind);
    return as2d(forward.perturb('output', { path: 'pool', layer: layers - 1 }, pooled));
  };
