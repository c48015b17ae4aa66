import { forwardWith, type Perturb } from '@lab/adapter';
import { crossEntropy, tf, type HostArray, type Params, type PureFunction, type TensorRecord } from '@lab/engine';
import type { Arrays, Material } from './material.ts';

/** Inputs whose names start with `prefix/`, without it. */
export const under = (inputs: TensorRecord, prefix: string): Params =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );

const prefixed = <T>(prefix: string, values: { readonly [name: string]: T }): { readonly [name: string]: T } =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));

/**
 * Logits [B, C] of the model with its adapter and head under a perturbation, and the pooled vectors
 * [B, width] that the head reads.
 */
export const pass = (
  { model, adapter }: Material,
  inputs: TensorRecord,
  params: Params,
  perturb: Perturb,
  weights: Params = under(inputs, 'weight'),
): { readonly logits: tf.Tensor2D; readonly pooled: tf.Tensor2D } => {
  const forward = forwardWith(model, adapter, weights, params, perturb);
  const batch = { ids: inputs.ids as tf.Tensor2D, valid: inputs.valid as tf.Tensor2D, extra: {} };
  const pooled = model.pool(forward, model.encode(forward, batch), batch);
  const logits = tf.add(
    tf.matMul(pooled, params['classifier.weight'] as tf.Tensor2D, false, true),
    params['classifier.bias'] as tf.Tensor1D,
  ) as tf.Tensor2D;
  return { logits, pooled };
};

/** Mean cross-entropy of the batch in nats. */
export const taskLoss = (logits: tf.Tensor2D, inputs: TensorRecord): tf.Scalar =>
  crossEntropy(logits, inputs.labels as tf.Tensor1D, inputs.weights as tf.Tensor1D);

/**
 * Opens a program on the material's engine for as long as `use` runs: `use` gets host arrays in and
 * out, parameters included.
 */
export const withProgram = async <T>(
  { engine, weights }: Material,
  fn: PureFunction,
  use: (call: (inputs: Arrays, params: Arrays) => Promise<Arrays>) => Promise<T>,
): Promise<T> => {
  const program = engine.program(fn);
  try {
    return await use(async (inputs, params) => {
      const outputs = await program.run({ ...inputs, ...prefixed('param', params), ...prefixed('weight', weights) });
      const read: [string, HostArray][] = [];
      for (const [name, handle] of Object.entries(outputs)) read.push([name, await engine.get(handle)]);
      engine.free(Object.values(outputs));
      return Object.fromEntries(read);
    });
  } finally {
    program.dispose();
  }
};
