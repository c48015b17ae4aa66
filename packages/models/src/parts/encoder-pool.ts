import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { firstOfTexts, meanOfTexts } from './texts.ts';

/**
 * A dense layer with an activation on one vector an example, as a checkpoint's pooler or
 * classification head begins.
 */
export interface PoolHead {
  readonly spec: LinearSpec;
  readonly activation: Activation;
  /** The vector that enters; absent: the first token. */
  readonly from?: 'mean' | 'cls';
  /** A norm after the activation. */
  readonly norm?: (forward: Forward, x: tf.Tensor) => tf.Tensor;
}

/**
 * The head's vector through the head, the first token alone (`cls`), or the mean of valid tokens:
 * [B, d]. With the `output` site.
 */
export const encoderPool =
  (kind: 'mean' | 'cls' | PoolHead, layers: number) =>
  (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch): tf.Tensor2D => {
    const vector = (from: 'mean' | 'cls') =>
      from === 'mean' ? meanOfTexts(hidden, batch) : firstOfTexts(hidden, batch);
    const through = ({ spec, activation, from = 'cls', norm = (_, x) => x }: PoolHead): tf.Tensor => {
      const entering = vector(from);
      const [size, width] = entering.shape;
      const dense = forward.linear(spec.path, tf.reshape(entering, [size, 1, width]));
      return norm(forward, tf.reshape(ACTIVATIONS[activation](dense), [size, spec.dOut]));
    };
    const pooled = typeof kind === 'string' ? vector(kind) : through(kind);
    return as2d(forward.perturb('output', { path: 'pool', layer: layers - 1 }, pooled));
  };
