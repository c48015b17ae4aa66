import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { affine } from '../pass/affine.ts';
import { deltaAt, loraDelta } from '../lora/delta.ts';
import { lora, loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraBranch } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { earlierOf } from './earlier.ts';
import { floatsAt, matrixAt } from '../named.ts';

const options = loraOptions.extend({
  shortcut: z
    .enum(['input', 'block', 'middle'])
    .default('block')
    .describe('what earlier layers lend: their inputs, their whole updates, or their inputs to their own A'),
  depth: z.number().int().min(1).default(1).describe('layers back; input takes one'),
});

export const resLora = entry<[Model], Adapter, typeof options>({
  name: 'reslora',
  version: 2,
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
    const earlier = (spec: LinearSpec): readonly LinearSpec[] => earlierOf(spec, targets, depth);
    const blocks = (spec: LinearSpec): readonly LinearSpec[] => [spec, ...earlier(spec)];
    /** The map as its noise sites see it: more ranks, or more inputs. */
    const noisy = (spec: LinearSpec) => {
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
        targets.flatMap((spec) => loraSites([noisy(spec).spec], noisy(spec).ranks, batch, tokens)),
      linear: (spec, x, base, params, perturb, flow) => {
        const of = (name: string) => blocks(spec).map(({ path }) => matrixAt(params, `${path}.${name}`));
        const inputs = () => [x, ...earlier(spec).map(({ path }) => inputAt(path, flow?.input(path)))];
        const own = { A: matrixAt(params, `${spec.path}.lora_A`), B: matrixAt(params, `${spec.path}.lora_B`) };
        const branch = (value: tf.Tensor, matrices = own) => loraBranch(spec, value, { ...matrices, scale }, perturb);
        const blockUpdate = (): tf.Tensor => {
          // The first layer of a chain takes its own input twice (authors' code: x before the first
          // is x itself).
          if (shortcut === 'input' && spec.per === 'token') return branch(tf.add(x, inputs()[1] ?? x));
          if (earlier(spec).length === 0) return branch(x);
          if (shortcut === 'block')
            return branch(x, { A: tf.concat2d(of('lora_A'), 0), B: tf.concat2d(of('lora_B'), 1) });
          return branch(tf.concat(inputs(), -1), { A: tf.concat2d(of('lora_A'), 1), B: own.B });
        };
        const update = blockUpdate();
        return tf.add(affine(x, base), update);
      },
      ...(shortcut === 'block'
        ? {
            delta: (spec: LinearSpec, params: HostParams) =>
              sumOf(blocks(spec).map((block) => deltaAt(block, params, { r, scale }))),
          }
        : {
            deltaEstimate: (spec: LinearSpec, params: HostParams, size: (path: string) => number) => {
              // An earlier map's input taken as a multiple of this one's, by the ratio of their
              // sizes.
              const ratio = ({ path }: LinearSpec): number => size(path) / size(spec.path);
              const B = floatsAt(params, `${spec.path}.lora_B`);
              const part = (from: LinearSpec, times: number): Float32Array =>
                loraDelta(floatsAt(params, `${from.path}.lora_A`), B, { ...spec, r, scale: times * scale });
              if (shortcut === 'middle') return sumOf(blocks(spec).map((from) => part(from, ratio(from))));
              const [before] = earlier(spec);
              return part(spec, spec.per === 'token' ? 1 + (before ? ratio(before) : 1) : 1);
            },
          }),
    };
  },
});

const sumOf = (parts: readonly Float32Array[]): Float32Array =>
  parts.reduce((sum, one) => sum.map((w, i) => w + (one[i] ?? NaN)));

const inputAt = (path: string, input: tf.Tensor | undefined): tf.Tensor => {
  if (!input) throw new Error(`reslora: ${path} comes later in the pass, or not at all`);
  return input;
};
