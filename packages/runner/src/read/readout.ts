import { forwardWith, noNoise, type Adapter, type Model } from '@lab/adapter';
import { meanFieldScale, type Dropout } from '@lab/dropout';
import { isLanguageModel } from '@lab/models';
import { BadInput } from '@lab/records';
import { tf, type PureFunction } from '@lab/engine';
import { linearHead, noHead } from '../session/head.ts';
import { under } from '../step/programs.ts';

/** A trained model, read by one pass. */
export interface Readout {
  readonly model: Model;
  readonly adapter: Adapter;
  readonly method: Dropout;
  /** Shape of `classifier.weight`, [outputs, features]; null for a model that predicts tokens. */
  readonly head: readonly number[] | null;
  readonly pass: 'deterministic' | 'mean-field';
}

/**
 * The prediction of a trained model as a pure function. `weight/<name>`, `param/<name>`, ids and valid [R, T], extra/types -> logits
 * [B, C], or next-token logits [B, T, V]. For a bi-encoder, R = 2 B with the first texts before the second ones.
 * Throws `BadInput` when the method has no expected update to evaluate with.
 */
export const readoutProgram = ({ model, adapter, method, head, pass }: Readout): PureFunction => {
  const perturb = pass === 'deterministic' ? noNoise : meanFieldScale(method.noise, model.layers);
  if (!perturb)
    throw new BadInput(
      'dropout: its masks have no expected update, so there is no mean-field readout; allowed: --readout deterministic',
    );
  const { apply } = head ? linearHead(model.width, head[0]!, head[1] !== model.width) : noHead;
  return (inputs) => {
    const params = under(inputs, 'param');
    const forward = forwardWith(model, adapter, under(inputs, 'weight'), params, perturb);
    const batch = {
      ids: inputs.ids as tf.Tensor2D,
      valid: inputs.valid as tf.Tensor2D,
      extra: under(inputs, 'extra'),
    };
    const hidden = model.encode(forward, batch);
    if (!head && isLanguageModel(model)) return { logits: model.logits(forward, hidden) };
    return { logits: apply(model.pool(forward, hidden, batch), params) };
  };
};
