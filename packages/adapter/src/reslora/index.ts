import { BadInput, entry } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, HostParams } from '../adapter.ts';
import { affine } from '../pass/forward.ts';
import { loraDelta } from '../lora/delta.ts';
import { lora, loraOptions, loraScale } from '../lora/index.ts';
import { loraBranch } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { earlierOf } from './earlier.ts';

const options = loraOptions.extend({
  shortcut: z
    .enum(['input', 'block', 'middle'])
    .default('block')
    .describe('what earlier layers lend: their inputs, their whole updates, or their inputs to their own A'),
  depth: z.number().int().min(1).default(1).describe('layers back; input takes one'),
});

export const resLora = entry<[Model], Adapter, typeof options>({
  name: 'reslora',
  version: 1,
  summary: 'LoRA with shortcuts between the same map of consecutive layers: of inputs, of blocks or in the middle',
  cite: {
    title: 'ResLoRA: Identity Residual Mapping in Low-Rank Adaption',
    year: 2024,
    url: 'https://arxiv.org/abs/2402.18039',
    where: 'section 3.2, Eq. 3-5',
  },
  options,
  build: ({ shortcut, depth, ...o }, model) => {
    if (shortcut === 'input' && depth > 1)
      throw new BadInput(`adapter.depth is ${depth}; shortcut "input" takes one layer back`);
    const { r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const scale = loraScale(o);
    const plain = lora.build(o, model);
    const lent = new Map(targets.map((spec) => [spec.path, earlierOf(spec, targets, depth)]));
    const blocks = (spec: LinearSpec): readonly LinearSpec[] => [spec, ...lent.get(spec.path)!];
    /** The map as its noise sites see it: more ranks, or more inputs. */
    const seen = (spec: LinearSpec) => {
      const n = blocks(spec).length;
      return {
        spec: shortcut === 'middle' ? { ...spec, dIn: n * spec.dIn } : spec,
        ranks: shortcut === 'block' ? n * r : r,
      };
    };
    return {
      targets,
      params: plain.params,
      sites: (batch, tokens) =>
        targets.flatMap((spec) => loraSites([seen(spec).spec], seen(spec).ranks, batch, tokens)),
      linear: (spec, x, base, params, perturb, flow) => {
        const of = (name: string) => blocks(spec).map(({ path }) => params[`${path}.${name}`] as tf.Tensor2D);
        const inputs = () => [x, ...lent.get(spec.path)!.map(({ path }) => met(flow?.input(path), path))];
        const [A, B] = [of('lora_A'), of('lora_B')];
        const branch = (value: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
          loraBranch(spec, value, { A: a, B: b, scale }, perturb);
        const update =
          A.length === 1
            ? branch(x, A[0]!, B[0]!)
            : shortcut === 'input'
              ? branch(tf.addN(inputs()), A[0]!, B[0]!)
              : shortcut === 'block'
                ? branch(x, tf.concat2d(A, 0), tf.concat2d(B, 1))
                : branch(tf.concat(inputs(), -1), tf.concat2d(A, 1), B[0]!);
        return tf.add(affine(x, base), update);
      },
      ...(shortcut === 'block'
        ? {
            delta: (spec: LinearSpec, params: HostParams) =>
              blocks(spec)
                .map(({ path, dIn, dOut }) => {
                  const values = (name: string) => params[`${path}.${name}`]!.data as Float32Array;
                  return loraDelta(values('lora_A'), values('lora_B'), { r, dIn, dOut, scale });
                })
                .reduce((sum, one) => sum.map((w, i) => w + one[i]!)),
          }
        : {}),
    };
  },
});

const met = (value: Params[string] | undefined, path: string): tf.Tensor => {
  if (!value) throw new Error(`reslora: ${path} comes later in the pass, or not at all`);
  return value;
};
