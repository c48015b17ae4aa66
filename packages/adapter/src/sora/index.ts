import { normal } from '@lab/random';
import { entry } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { lowRank } from '../lora/branch.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraParams } from '../lora/init.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { tensorAt } from '../named.ts';

const options = loraOptions.extend({
  lambda: z.number().min(0).default(10).describe('weight of the mean |gate| in the loss (authors’ script: 10)'),
  xi: z.number().min(0).default(3e-4).describe('threshold of the proximal step on every gate, each optimiser step'),
});

/** The proximal step of an L1 penalty: sign(g) max(|g| - xi, 0) (SoRA, Eq. 7). */
const softThreshold = (g: tf.Tensor, xi: number): tf.Tensor => tf.mul(tf.sign(g), tf.relu(tf.sub(tf.abs(g), xi)));

/** Mean |g| over the gates of all maps: the sparsity term of the authors' loss. */
const meanGate = (paths: readonly string[], params: Params): tf.Scalar =>
  tf.mean(tf.abs(tf.concat(paths.map((path) => tensorAt(params, `${path}.lora_gate`)))));

export const sora = entry<[Model], Adapter, typeof options>({
  name: 'sora',
  version: 2,
  summary: 'low-rank update B diag(g) A with a gate that a proximal step makes sparse: ranks die out in training',
  cite: {
    title: 'Sparse Low-rank Adaptation of Pre-trained Language Models',
    year: 2023,
    url: 'https://arxiv.org/abs/2311.11696',
    where: 'section 3.2, Eq. 5-8',
  },
  options,
  build: (o, model) => {
    const { r, xi, lambda } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const paths = targets.map(({ path }) => path);
    const shrunk = (params: Params): Params =>
      Object.fromEntries(
        targets.map(({ path }) => [`${path}.lora_gate`, softThreshold(tensorAt(params, `${path}.lora_gate`), xi)]),
      );
    return {
      ...lowRank(targets, { r, scale: loraScale(o), gate: 'lora_gate' }),
      params: targets.flatMap((spec) => [
        ...loraParams(spec, r),
        { name: `${spec.path}.lora_gate`, shape: [r], decay: false, init: (key) => normal(key, r) },
      ]),
      ...(lambda > 0 ? { penalty: (params) => tf.mul(meanGate(paths, params), lambda) } : {}),
      state: {
        slots: [],
        inputs: () => ({}),
        update: ({ params }) => ({ params: { ...params, ...shrunk(params) }, slots: {} }),
      },
    };
  },
});
