import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { fromZero } from '../lora/init.ts';
import { affine } from '../pass/affine.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { floatsAt, tensorAt, vectorAt } from '../named.ts';

const options = z.object({ target_modules: targetModules.unwrap().default('all-linear') });

/** Every linear map of the model with `all-linear`, the pooler too; else those that are named. */
export const trainedMaps = (model: Model, names: z.infer<typeof targetModules>): readonly LinearSpec[] =>
  names === 'all-linear' ? model.linears : selectTargets(model.linears, names);

/** Maps with a bias of their own. */
export const biased = (maps: readonly LinearSpec[]): readonly LinearSpec[] => maps.filter(({ bias }) => bias !== false);

export const full = entry<[Model], Adapter, typeof options>({
  name: 'full',
  version: 1,
  summary: 'full fine-tuning of the linear maps, weights and biases; embeddings and norms stay frozen',
  cite: {
    title: 'BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding',
    year: 2018,
    url: 'https://arxiv.org/abs/1810.04805',
    where: 'section 3.2',
  },
  options,
  build: ({ target_modules }, model) => {
    const targets = trainedMaps(model, target_modules);
    if (targets.length === 0) throw new BadInput(`adapter full: ${model.name} has no linear maps to train`);
    const withBias = new Set(biased(targets).map(({ path }) => path));
    return {
      targets,
      params: targets.flatMap(({ path, dIn, dOut }) => [
        { name: `${path}.delta_weight`, shape: [dIn, dOut], decay: true, init: () => new Float32Array(dIn * dOut) },
        ...(withBias.has(path) ? [fromZero(`${path}.delta_bias`, dOut)] : []),
      ]),
      sites: () => [],
      linear: ({ path }, x, { W, b }, params) => {
        const moved = tf.add<tf.Tensor2D>(W, tensorAt(params, `${path}.delta_weight`));
        if (!withBias.has(path)) return affine(x, { W: moved, ...(b ? { b } : {}) });
        const deltaBias = vectorAt(params, `${path}.delta_bias`);
        return affine(x, { W: moved, b: b ? tf.add(b, deltaBias) : deltaBias });
      },
      delta: ({ path }, params) => floatsAt(params, `${path}.delta_weight`),
      deltaBias: ({ path, dOut }, params) =>
        withBias.has(path) ? floatsAt(params, `${path}.delta_bias`) : new Float32Array(dOut),
    };
  },
});
