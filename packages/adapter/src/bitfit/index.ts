import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { fromZero } from '../lora/init.ts';
import { affine } from '../pass/affine.ts';
import { biased, trainedMaps } from '../full/index.ts';
import type { Model } from '../model.ts';
import { targetModules } from '../targets.ts';
import { floatsAt, tensorAt } from '../named.ts';

const options = z.object({ target_modules: targetModules.unwrap().default('all-linear') });

export const bitFit = entry<[Model], Adapter, typeof options>({
  name: 'bitfit',
  version: 1,
  summary: 'only the biases of the linear maps are trained',
  cite: {
    title: 'BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked Language-models',
    year: 2022,
    url: 'https://arxiv.org/abs/2106.10199',
    where: 'section 3',
  },
  options,
  build: ({ target_modules }, model) => {
    const targets = biased(trainedMaps(model, target_modules));
    if (targets.length === 0) throw new BadInput(`adapter bitfit: the linear maps of ${model.name} have no biases`);
    return {
      targets,
      params: targets.map(({ path, dOut }) => fromZero(`${path}.delta_bias`, dOut)),
      sites: () => [],
      linear: ({ path }, x, base, params) => tf.add(affine(x, base), tensorAt(params, `${path}.delta_bias`)),
      deltaBias: ({ path }, params) => floatsAt(params, `${path}.delta_bias`),
    };
  },
});
