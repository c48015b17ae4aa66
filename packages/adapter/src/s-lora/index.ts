import { entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { chain } from '../chain/index.ts';
import { deltaAt } from '../lora/delta.ts';
import { loraOptions, loraScale } from '../lora/index.ts';
import { loraParams } from '../lora/init.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { floatsAt, tensorAt } from '../named.ts';

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
      params: targets.flatMap((spec) => [
        ...loraParams(spec, ranks),
        { name: `${spec.path}.magnitude`, shape: [links], decay: false, init: () => new Float32Array(links).fill(1) },
      ]),
      sites: (batch, tokens) => loraSites(targets, ranks, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const [A, B] = [tensorAt(params, `${spec.path}.lora_A`), tensorAt(params, `${spec.path}.lora_B`)];
        const each = tf.reshape(tensorAt(params, `${spec.path}.magnitude`), [links, 1]);
        const gate = tf.reshape(tf.mul(each, tf.ones([1, r])), [ranks]);
        return loraLinear(spec, x, base, { A, B, scale, gate }, perturb);
      },
      delta: (spec, params) => {
        const magnitudes = [...floatsAt(params, `${spec.path}.magnitude`)];
        const gate = Float32Array.from(magnitudes.flatMap((magnitude) => new Array<number>(r).fill(magnitude)));
        return deltaAt(spec, params, { r: ranks, scale }, gate);
      },
    };
  },
});
