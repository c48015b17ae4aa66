import type { Forward } from '@lab/adapter';
import type { tf } from '@lab/engine';

/** One layer after the other, each as the forward pass runs layers. */
export const layersOf = (
  { layer: run = (body, x) => body(x) }: Forward,
  count: number,
  layer: (index: number) => (x: tf.Tensor) => tf.Tensor,
  start: tf.Tensor,
): tf.Tensor => Array.from({ length: count }).reduce<tf.Tensor>((x, _, index) => run(layer(index), x), start);
