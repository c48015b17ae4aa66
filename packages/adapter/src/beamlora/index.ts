import { entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import { deltaAt } from '../lora/delta.ts';
import { lora, loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraLinear } from '../lora/linear.ts';
import { prunedFactors } from '../lora/pruned.ts';
import type { Model } from '../model.ts';
import { rankScores } from './beam.ts';
import { beamState } from './state.ts';
import { floatsAt, tensorAt } from '../named.ts';

const options = loraOptions.extend({
  tau: z.number().positive().default(0.05).describe('temperature of the scores'),
  every: z.number().gt(0).max(1).default(0.2).describe('share of the training between two replacements of weak ranks'),
  keep: z.number().gt(0).max(1).default(0.95).describe('share of all scores that is kept at the start; it rises to 1'),
});

/** r softmax(p / tau) on the host. */
const hostScores = (p: Float32Array, tau: number): Float32Array => {
  const top = p.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = p.map((x) => Math.exp((x - top) / tau));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => (p.length * x) / sum);
};

export const beamLora = entry<[Model], Adapter, typeof options>({
  name: 'beamlora',
  version: 2,
  summary: 'LoRA with scored ranks; now and then the weak ranks of all maps become earlier states of strong ones',
  cite: {
    title: 'BeamLoRA: Beam-Constraint Low-Rank Adaptation',
    year: 2025,
    url: 'https://arxiv.org/abs/2502.13604',
    where: 'section 3',
  },
  options,
  build: ({ tau, every, keep, ...o }, model) => {
    const { r } = o;
    const { peft: _peft, pairs: _pairs, ...plain } = lora.build(o, model);
    const paths = plain.targets.map(({ path }) => path);
    const scale = loraScale(o);
    const params: readonly ParamSpec[] = [
      ...plain.params,
      ...paths.map((path) => ({
        name: `${path}.lora_p`,
        shape: [r],
        decay: false,
        init: () => new Float32Array(r),
      })),
    ];
    return {
      ...plain,
      params,
      linear: (spec, x, base, values, perturb) => {
        const of = (name: string) => tensorAt(values, `${spec.path}.${name}`);
        const gate = tf.reshape(rankScores(of('lora_p'), r, tau), [r]);
        return loraLinear(spec, x, base, { A: of('lora_A'), B: of('lora_B'), scale, gate }, perturb);
      },
      delta: (spec, values) =>
        deltaAt(spec, values, { r, scale }, hostScores(floatsAt(values, `${spec.path}.lora_p`), tau)),
      pruned: (spec, values) =>
        prunedFactors(spec, values, scale, hostScores(floatsAt(values, `${spec.path}.lora_p`), tau)),
      state: beamState(params, paths, { r, tau, every, keep }),
    };
  },
});
