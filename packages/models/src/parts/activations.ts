import { tf } from '@lab/engine';

/** x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016). */
const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

/** The tanh form of gelu (same paper, section 2), as GPT-2 computes it. */
const geluTanh = (x: tf.Tensor): tf.Tensor => {
  const cube = tf.mul(tf.square(x), x);
  const inner = tf.mul(tf.add(x, tf.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};

const silu = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(x));

/** x sigmoid(1.702 x) (the same section). */
const geluQuick = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));

/** Elementwise functions by their names in config.json. */
export const ACTIVATIONS = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_fast: geluTanh,
  quick_gelu: geluQuick,
  relu: tf.relu<tf.Tensor>,
  silu,
  swish: silu,
  tanh: tf.tanh<tf.Tensor>,
} as const;

export type Activation = keyof typeof ACTIVATIONS;
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as [Activation, ...Activation[]];
