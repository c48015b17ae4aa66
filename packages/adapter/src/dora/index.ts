import { present, entry } from '@lab/records';
import { as2d, stopGradient, tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { deltaAt } from '../lora/delta.ts';
import { loraOptions } from '../lora/index.ts';
import { fromZero, loraParams } from '../lora/init.ts';
import { lowRankBy } from '../lora/branch.ts';
import { loraBranch } from '../lora/linear.ts';
import { patternOptions } from '../lora/patterns.ts';
import { branchesBy, peftScaling } from '../lora/scale.ts';
import type { LinearSpec, Model } from '../model.ts';
import { floatsAt, matrixAt, vectorAt } from '../named.ts';
import { affine } from '../pass/affine.ts';
import { selectTargets } from '../targets.ts';
import { wholeOptions, wholeParams, wholeTensors } from '../whole.ts';

const options = loraOptions.extend({
  ...patternOptions,
  ...wholeOptions,
  gradient: z
    .enum(['constant', 'exact'])
    .default('constant')
    .describe('whether the norm of W + s B A counts as a constant in the gradient, as in PEFT'),
});

const MAGNITUDE = 'delta_magnitude';

/** Length of every column: [d_in, d_out] -> [d_out]. */
const columnNorms = (W: tf.Tensor2D): tf.Tensor => tf.sqrt(tf.sum(tf.square(W), 0));

/** The same on the host, summed in double precision. */
const columnNormsOf = (W: Float32Array, dOut: number): Float32Array => {
  const sums = new Float64Array(dOut);
  W.forEach((w, i) => {
    sums[i % dOut] = (sums[i % dOut] ?? 0) + w * w;
  });
  return Float32Array.from(sums, Math.sqrt);
};

/**
 * ΔW of a merged map: m (W + factor s B A) / |W + s B A| - W, column by column. `factor` scales the
 * update as an expected mask does; the norm is that of the whole update.
 */
const mergedDelta = (
  { path, dOut }: LinearSpec,
  W: Float32Array,
  { update, params, factor }: { readonly update: Float32Array; readonly params: HostParams; readonly factor: number },
): Float32Array => {
  const start = columnNormsOf(W, dOut);
  const changed = columnNormsOf(
    W.map((w, i) => w + present(update[i])),
    dOut,
  );
  const more = floatsAt(params, `${path}.${MAGNITUDE}`);
  const gain = start.map((norm, j) => (norm + present(more[j])) / present(changed[j]));
  return W.map((w, i) => present(gain[i % dOut]) * (w + factor * present(update[i])) - w);
};

export const dora = entry<[Model], Adapter, typeof options>({
  name: 'dora',
  version: 1,
  summary: 'weight-decomposed LoRA: a trained length for every column of W + s B A',
  cite: {
    title: 'DoRA: Weight-Decomposed Low-Rank Adaptation',
    year: 2024,
    url: 'https://arxiv.org/abs/2402.09353',
    where: 'Eq. 5, section 4.3',
  },
  options,
  build: (o, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    const branchOf = branchesBy(o, targets);
    const whole = wholeTensors(model, targets, o);
    return {
      targets,
      sites: lowRankBy(targets, branchOf).sites,
      params: targets
        .flatMap((spec) => [
          ...loraParams(spec, branchOf(spec.path).r),
          fromZero(`${spec.path}.${MAGNITUDE}`, spec.dOut),
        ])
        .concat(wholeParams(whole)),
      ...(whole.length > 0 ? { whole } : {}),
      linear: (spec, x, base, params, perturb) => {
        const { path, dOut } = spec;
        const { scale } = branchOf(path);
        const [A, B] = [matrixAt(params, `${path}.lora_A`), matrixAt(params, `${path}.lora_B`)];
        const update = tf.mul(tf.transpose(tf.matMul(B, A)), scale);
        const norm = columnNorms(as2d(tf.add(base.W, update)));
        const length = tf.add(columnNorms(base.W), vectorAt(params, `${path}.${MAGNITUDE}`));
        const gain = tf.div(length, o.gradient === 'constant' ? stopGradient(norm) : norm);
        const branch = loraBranch(spec, x, { A, B, scale }, perturb);
        const plain = affine(x, { W: base.W });
        const turned = tf.add(tf.mul(plain, tf.sub(gain, 1)), tf.mul(branch, gain));
        const biased = base.b ? tf.add(plain, tf.reshape(base.b, [1, 1, dOut])) : plain;
        return tf.add(biased, turned);
      },
      deltaFrom: (spec, params, { weights, factor }) => {
        const update = deltaAt(spec, params, branchOf(spec.path));
        return mergedDelta(spec, floatsAt(weights, `${spec.path}.weight`), { update, params, factor });
      },
      peft: {
        config: {
          ...peftScaling(o),
          use_dora: true,
          ...(o.modules_to_save ? { modules_to_save: o.modules_to_save } : {}),
        },
        key: (name) => (name.endsWith(MAGNITUDE) ? name.replace(MAGNITUDE, 'lora_magnitude_vector') : `${name}.weight`),
        offset: (name, weights) => {
          const spec = targets.find(({ path }) => name === `${path}.${MAGNITUDE}`);
          return spec && columnNormsOf(floatsAt(weights, `${spec.path}.weight`), spec.dOut);
        },
      },
    };
  },
});
