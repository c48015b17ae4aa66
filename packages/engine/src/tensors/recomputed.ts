import * as tf from '@tensorflow/tfjs';

/** Zero, but known only when `gradient` is. */
const nothingOf = (gradient: tf.Tensor): tf.Tensor =>
  tf.minimum(tf.square(tf.slice(tf.reshape(gradient, [-1]), [0], [1])), 0);

/**
 * body(x), of which only x is kept for the gradient: its backward pass computes `body` again (Chen
 * et al. 2016, section 3). `body` may read `params`, which get gradients too, and constants. The
 * second computation waits for the gradient of its result, so that one `body` at a time is in
 * memory.
 */
export const recomputed = (
  body: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  params: readonly tf.Tensor[],
): tf.Tensor => {
  const run = tf.customGrad(() => {
    const value = body(x);
    const gradFunc = (dy: tf.Tensor): tf.Tensor[] => {
      const late = tf.add(x, nothingOf(dy));
      // tfjs forgets the outer tape when an inner gradient is done.
      const { state } = tf.engine();
      const outer = state.activeTape;
      const { grads } = tf.engine().gradients(() => body(late), [late, ...params], dy, true);
      state.activeTape = outer;
      // tfjs gives nothing for what the body does not read.
      return [late, ...params].map((input, i) => grads[i] ?? tf.zerosLike(input));
    };
    return { value, gradFunc };
  });
  return run(x, ...params);
};
