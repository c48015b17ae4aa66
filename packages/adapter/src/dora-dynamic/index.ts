import { uniform } from '@lab/random';
import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import { lowRank } from '../lora/branch.ts';
import type { Model } from '../model.ts';
import { tensorAt } from '../named.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { doraState, evenness, PRUNING } from './state.ts';

const share = z.number().min(0).max(1);

const options = z.object({
  r: z.number().int().min(1).default(12).describe('components of every update at the start'),
  target_r: z.number().int().min(1).default(8).describe('mean number of components at the end; at most r'),
  alpha: z.number().positive().default(16).describe('scale numerator; the scale is alpha / r'),
  start: share.default(0.15).describe('share of steps before pruning begins'),
  end: share.default(0.5).describe('share of steps at which the last pruning has happened'),
  beta: z.number().min(0).lt(1).default(0.9).describe('decay of the averaged importance'),
  reg: z
    .number()
    .min(0)
    .default(0.1)
    .describe('weight of the mean variance of all a and b while components are pruned'),
  target_modules: targetModules,
});

/**
 * Uniform on ±sqrt(6 / fan-in): PyTorch's `kaiming_uniform_` by default, as in the authors' code.
 */
const kaimingDefault =
  (size: number, fanIn: number): ParamSpec['init'] =>
  (key) =>
    uniform(key, size).map((u) => (2 * u - 1) * Math.sqrt(6 / fanIn));

export const doraDynamic = entry<[Model], Adapter, typeof options>({
  name: 'dora-dynamic',
  version: 2,
  summary: 'single-rank components c b a, pruned by their share of the update; not weight-decomposed DoRA',
  cite: {
    title: 'DoRA: Enhancing Parameter-Efficient Fine-Tuning with Dynamic Rank Distribution',
    year: 2024,
    url: 'https://arxiv.org/abs/2405.17357',
    where: 'section 3',
  },
  options,
  build: (o, model) => {
    const { r } = o;
    if (o.target_r > r) throw new BadInput(`adapter.target_r is ${o.target_r}; it is at most r, ${r}`);
    if (o.start > o.end) throw new BadInput(`adapter.start is ${o.start}; it is at most end, ${o.end}`);
    const targets = selectTargets(model.linears, o.target_modules);
    const paths = targets.map(({ path }) => path);
    return {
      ...lowRank(targets, { r, scale: o.alpha / r, gate: 'lora_c' }),
      params: [
        ...targets.flatMap(({ path, dIn, dOut }): readonly ParamSpec[] => [
          { name: `${path}.lora_A`, shape: [r, dIn], decay: true, init: kaimingDefault(r * dIn, dIn) },
          { name: `${path}.lora_B`, shape: [dOut, r], decay: true, init: kaimingDefault(dOut * r, r) },
          { name: `${path}.lora_c`, shape: [r], decay: false, init: () => new Float32Array(r) },
        ]),
        { name: PRUNING, shape: [1], decay: false, frozen: true, init: () => Float32Array.of(1) },
      ],
      ...(o.reg > 0
        ? {
            penalty: (params) =>
              tf.mul(tf.mul(evenness(paths, params), o.reg), tf.reshape(tensorAt(params, PRUNING), [])),
          }
        : {}),
      state: doraState(paths, { r, beta: o.beta }, (steps) => ({
        initial: r * paths.length,
        target: o.target_r * paths.length,
        warmup: Math.floor(o.start * steps),
        final: steps - Math.floor(o.end * steps),
        every: 1,
      })),
    };
  },
});
