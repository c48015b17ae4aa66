import { BadInput, entry } from '@lab/records';
import { tf, transposed, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { loraDelta } from '../lora/delta.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { kaimingUniform } from '../lora/init.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { chunkOf, widened, widenedHost } from './share.ts';
import { floatsAt, matrixAt } from '../named.ts';

const options = loraOptions.extend({
  unshared: z.number().int().min(1).default(2).describe('u: ranks with vectors of their own; less than r'),
  copies_in: z.number().int().min(1).default(2).describe('m: copies of the chunk that make up the rest of A'),
  copies_out: z.number().int().min(1).default(2).describe('n: copies of the chunk that make up the rest of B'),
});

export const proLora = entry<[Model], Adapter, typeof options>({
  name: 'prolora',
  version: 1,
  summary: 'LoRA of which most ranks are rolled copies of smaller chunks: higher rank for the same parameters',
  cite: {
    title: 'PRoLoRA: Partial Rotation Empowers More Parameter-Efficient LoRA',
    year: 2024,
    url: 'https://arxiv.org/abs/2402.16902',
    where: 'section 3',
  },
  options,
  build: (o, model) => {
    const { r, unshared: u, copies_in: m, copies_out: n } = o;
    if (u >= r) throw new BadInput(`adapter.unshared is ${u}; it is less than r, ${r}`);
    const targets = selectTargets(model.linears, o.target_modules);
    const scale = loraScale(o);
    const shared = r - u;
    const factors = ({ path, dIn, dOut }: LinearSpec, params: Params) => {
      const of = (name: string) => matrixAt(params, `${path}.${name}`);
      return {
        A: tf.concat2d([of('lora_A'), widened(of('shared_A'), dIn, m)], 0),
        B: tf.concat2d([of('lora_B'), tf.transpose(widened(tf.transpose(of('shared_B')), dOut, n))], 1),
      };
    };
    return {
      targets,
      params: targets.flatMap(({ path, dIn, dOut }) => [
        { name: `${path}.lora_A`, shape: [u, dIn], decay: true, init: (key) => kaimingUniform(key, u, dIn) },
        {
          name: `${path}.shared_A`,
          shape: [shared, chunkOf(dIn, m)],
          decay: true,
          // The bound of the whole matrix, not of the narrower chunk.
          init: (key) => kaimingUniform(key, shared, dIn).slice(0, shared * chunkOf(dIn, m)),
        },
        { name: `${path}.lora_B`, shape: [dOut, u], decay: true, init: () => new Float32Array(dOut * u) },
        {
          name: `${path}.shared_B`,
          shape: [chunkOf(dOut, n), shared],
          decay: true,
          init: () => new Float32Array(chunkOf(dOut, n) * shared),
        },
      ]),
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) =>
        loraLinear(spec, x, base, { ...factors(spec, params), scale }, perturb),
      delta: (spec, params) => {
        const { A, B } = hostFactors(spec, params, { shared, u, m, n });
        return loraDelta(A, B, { r, dIn: spec.dIn, dOut: spec.dOut, scale });
      },
    };
  },
});

interface Sharing {
  readonly shared: number;
  readonly u: number;
  readonly m: number;
  readonly n: number;
}

/** A [r, d_in] and B [d_out, r] on the host. */
const hostFactors = ({ path, dIn, dOut }: LinearSpec, params: HostParams, { shared, u, m, n }: Sharing) => {
  const of = (name: string) => floatsAt(params, `${path}.${name}`);
  const r = u + shared;
  const rest = widenedHost(transposed(of('shared_B'), shared), shared, dOut, n);
  return {
    A: Float32Array.from([...of('lora_A'), ...widenedHost(of('shared_A'), shared, dIn, m)]),
    B: Float32Array.from({ length: dOut * r }, (_, at) => {
      const [o, k] = [Math.floor(at / r), at % r];
      return k < u ? of('lora_B')[o * u + k]! : rest[(k - u) * dOut + o]!;
    }),
  };
};
