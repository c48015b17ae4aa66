import { normal } from '@lab/random';
import { entry } from '@lab/records';
import { matMul, tf, transposed, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { loraDelta } from '../lora/delta.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { floatsAt, tensorAt } from '../named.ts';

const options = loraOptions.extend({
  hidden: z
    .number()
    .int()
    .min(1)
    .default(8)
    .describe('width of the hidden layer; the rank of an update is at most that'),
  embedding: z.number().int().min(1).default(8).describe('width of the embeddings, one for each rank'),
});

const SIDES = ['A', 'B'] as const;
type Side = (typeof SIDES)[number];

export const repLora = entry<[Model], Adapter, typeof options>({
  name: 'replora',
  version: 1,
  summary: 'LoRA whose factors are made by small networks, shared within a layer and left behind after training',
  cite: {
    title: 'RepLoRA: Reparameterizing Low-Rank Adaptation via the Perspective of Mixture of Experts',
    year: 2025,
    url: 'https://arxiv.org/abs/2502.03044',
    where: 'section 4',
  },
  options,
  build: ({ hidden: h, embedding: e, ...o }, model) => {
    const { r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const scale = loraScale(o);
    const trunkOf = ({ layer }: LinearSpec) => `layer.${layer}.rep`;
    const trunks = [...new Set(targets.map(trunkOf))];
    const drawn = (name: string, shape: readonly [number, number], spread: number, decay: boolean): ParamSpec => ({
      name,
      shape,
      decay,
      init: (key) => normal(key, shape[0] * shape[1]).map((x) => spread * x),
    });
    const hiddenOf = (params: Params, trunk: string, side: Side): tf.Tensor => {
      const E = tensorAt(params, `${trunk}.embedding_${side}`);
      return tf.tanh(tf.matMul(E, tensorAt(params, `${trunk}.hidden_${side}`)));
    };
    /** A [r, d_in] or Bᵀ [r, d_out] on the host, in double precision up to the last product. */
    const hostRows = (params: HostParams, spec: LinearSpec, side: Side): Float32Array => {
      const of = (name: string) => floatsAt(params, name);
      const trunk = trunkOf(spec);
      const hidden = matMul(of(`${trunk}.embedding_${side}`), of(`${trunk}.hidden_${side}`), e).map(Math.tanh);
      return Float32Array.from(matMul(hidden, of(`${spec.path}.out_${side}`), h));
    };
    return {
      targets,
      params: [
        ...trunks.flatMap((trunk) =>
          SIDES.flatMap((side) => [
            drawn(`${trunk}.embedding_${side}`, [r, e], 1, false),
            drawn(`${trunk}.hidden_${side}`, [e, h], 1 / Math.sqrt(e), true),
          ]),
        ),
        ...targets.flatMap(({ path, dIn, dOut }) => [
          drawn(`${path}.out_A`, [h, dIn], 1 / Math.sqrt(h * dIn), true),
          { name: `${path}.out_B`, shape: [h, dOut], decay: true, init: () => new Float32Array(h * dOut) },
        ]),
      ],
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const rows = (side: Side) =>
          tf.matMul(hiddenOf(params, trunkOf(spec), side), tensorAt(params, `${spec.path}.out_${side}`));
        return loraLinear(spec, x, base, { A: rows('A'), B: tf.transpose(rows('B')), scale }, perturb);
      },
      delta: (spec, params) =>
        loraDelta(hostRows(params, spec, 'A'), transposed(hostRows(params, spec, 'B'), spec.dOut), {
          r,
          dIn: spec.dIn,
          dOut: spec.dOut,
          scale,
        }),
    };
  },
});
