import type * as tf from '@tensorflow/tfjs';

/** Named tensors: `layer.0.attention.query.lora_A` -> tensor. Never mutated; a step makes a new record. */
export type Params = { readonly [name: string]: tf.Tensor };
