import { fold, key } from '@lab/random';
import { entry } from '@lab/records';
import { matMul, tf, transposed } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { loraDelta } from '../lora/delta.ts';
import { kaimingUniform } from '../lora/init.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { topSpectrum, type Spectrum } from './spectrum.ts';
import { floatsAt, matrixAt } from '../named.ts';

const options = z.object({
  r: z.number().int().min(1).default(16).describe('inner rank, which is trained'),
  alpha: z.number().positive().default(16).describe('scale numerator; the scale is alpha / r'),
  outer: z.number().int().min(1).default(64).describe('outer rank, which is frozen; a smaller map has its own'),
  target_modules: targetModules,
});

/** Where the block of the decomposition starts; a property of the weights, not of a run's seed. */
const START = fold(key(0), 'nora');

/** Singular vectors times the roots of their values, as rows. */
const rooted = (values: Float64Array, vectors: readonly Float64Array[]): Float32Array =>
  Float32Array.from(vectors.flatMap((vector, i) => [...vector.map((x) => Math.sqrt(values[i] ?? 0) * x)]));

export const noRa = entry<[Model], Adapter, typeof options>({
  name: 'nora',
  version: 1,
  summary: 'a small LoRA inside a frozen one that is made of the leading singular vectors of the weights',
  cite: {
    title: 'NoRA: Nested Low-Rank Adaptation for Efficient Fine-Tuning Large Models',
    year: 2024,
    url: 'https://arxiv.org/abs/2408.10280',
    where: 'section 3',
  },
  options,
  build: (o, model) => {
    const { r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const scale = o.alpha / r;
    const outerOf = ({ dIn, dOut }: LinearSpec): number => Math.min(o.outer, dIn, dOut);
    // Both outer factors of a map come from one decomposition.
    const known = new WeakMap<HostParams, Map<string, Spectrum>>();
    const spectrumOf = (spec: LinearSpec, weights: HostParams): Spectrum => {
      const ofWeights = known.get(weights) ?? new Map<string, Spectrum>();
      known.set(weights, ofWeights);
      const size = { rows: spec.dIn, columns: spec.dOut, k: outerOf(spec), key: START };
      const spectrum = ofWeights.get(spec.path) ?? topSpectrum(floatsAt(weights, `${spec.path}.weight`), size);
      ofWeights.set(spec.path, spectrum);
      return spectrum;
    };
    return {
      targets,
      params: targets.flatMap((spec) => {
        const { path, dIn, dOut } = spec;
        const k = outerOf(spec);
        return [
          { name: `${path}.lora_A`, shape: [r, k], decay: true, init: (stream) => kaimingUniform(stream, r, k) },
          { name: `${path}.lora_B`, shape: [k, r], decay: true, init: () => new Float32Array(k * r) },
          {
            name: `${path}.outer_A`,
            shape: [k, dIn],
            decay: false,
            frozen: true,
            init: (stream) => kaimingUniform(stream, k, dIn),
            start: (_key, weights) => {
              // W is stored [d_in, d_out]: its left vectors are those of the input.
              const { values, left } = spectrumOf(spec, weights);
              return rooted(values, left);
            },
          },
          {
            name: `${path}.outer_B`,
            shape: [dOut, k],
            decay: false,
            frozen: true,
            init: (stream) => kaimingUniform(stream, dOut, k),
            start: (_key, weights) => {
              const { values, right } = spectrumOf(spec, weights);
              return transposed(rooted(values, right), dOut);
            },
          },
        ];
      }),
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const of = (name: string) => matrixAt(params, `${spec.path}.${name}`);
        const A = tf.matMul(of('lora_A'), of('outer_A'));
        const B = tf.matMul(of('outer_B'), of('lora_B'));
        return loraLinear(spec, x, base, { A, B, scale }, perturb);
      },
      delta: (spec, params) => {
        const { path, dIn, dOut } = spec;
        const k = outerOf(spec);
        const of = (name: string) => floatsAt(params, `${path}.${name}`);
        const A = Float32Array.from(matMul(of('lora_A'), of('outer_A'), k));
        const B = Float32Array.from(matMul(of('outer_B'), of('lora_B'), k));
        return loraDelta(A, B, { r, dIn, dOut, scale });
      },
    };
  },
});
