import { entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { chain } from '../chain/index.ts';
import { loraDelta } from '../lora/delta.ts';
import { loraOptions, loraScale } from '../lora/index.ts';
import { kaimingUniform } from '../lora/init.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';

const options = loraOptions.extend({
  links: z.number().int().min(1).default(3).describe('directions learnt one after the other'),
});

export const sLora = entry<[Model], Adapter, typeof options>({
  name: 's-lora',
  version: 1,
  summary: 'directions learnt one after the other and then fixed, their magnitudes trained to the end (one task)',
  cite: {
    title: 'SD-LoRA: Scalable Decoupled Low-Rank Adaptation for Class Incremental Learning',
    year: 2025,
    url: 'https://arxiv.org/abs/2501.13198',
    where: 'section 3',
  },
  options,
  build: (o, model) => {
    const { links, r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const ranks = links * r;
    const scale = loraScale(o);
    return {
      ...chain(
        targets.map(({ path }) => path),
        links,
        r,
      ),
      targets,
      params: targets.flatMap(({ path, dIn, dOut }) => [
        { name: `${path}.lora_A`, shape: [ranks, dIn], decay: true, init: (key) => kaimingUniform(key, ranks, dIn) },
        { name: `${path}.lora_B`, shape: [dOut, ranks], decay: true, init: () => new Float32Array(dOut * ranks) },
        { name: `${path}.magnitude`, shape: [links], decay: false, init: () => new Float32Array(links).fill(1) },
      ]),
      sites: (batch, tokens) => loraSites(targets, ranks, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const [A, B] = [params[`${spec.path}.lora_A`]!, params[`${spec.path}.lora_B`]!];
        const each = tf.reshape(params[`${spec.path}.magnitude`]!, [links, 1]);
        const gate = tf.reshape(tf.mul(each, tf.ones([1, r])), [ranks]);
        return loraLinear(spec, x, base, { A, B, scale, gate }, perturb);
      },
      delta: ({ path, dIn, dOut }, params) => {
        const values = (name: string) => params[`${path}.${name}`]!.data;
        const gate = Float32Array.from({ length: ranks }, (_, i) => values('magnitude')[Math.floor(i / r)]!);
        return loraDelta(values('lora_A'), values('lora_B'), { r: ranks, dIn, dOut, scale }, gate);
      },
    };
  },
});
