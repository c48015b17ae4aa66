import { BadInput, entry, itemAt } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { LeftAdapter } from '../left-adapter.ts';
import { deltaAt, loraDelta } from '../lora/delta.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraParams } from '../lora/init.ts';
import { loraBranch, loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec, Model } from '../model.ts';
import { floatsAt, matrixAt, vectorAt } from '../named.ts';
import { noNoise } from '../pass/site.ts';
import { selectTargets } from '../targets.ts';
import { citeSdLora } from './cite.ts';
import { asPast, closed, directionsOf } from './directions.ts';

const options = loraOptions.omit({ r: true }).extend({
  ranks: z
    .array(z.number().int().min(1))
    .min(1)
    .default([8])
    .describe('rank of the direction of every task met so far; the last one is trained'),
  start: z.number().positive().default(0.8).describe('start of the magnitude of a new direction (authors’ code)'),
  distil: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the square of an ended direction that may be lost when the others replace it; 0: never'),
});

type Options = z.infer<typeof options>;

/** The ranks that a run left. Throws `BadInput` where it is not the stage before this one. */
const leftRanks = (ranks: readonly number[], lefts: readonly LeftAdapter[]): readonly number[] => {
  const [left] = lefts;
  const found = left && lefts.length === 1 && left.options.name === 'sd-lora' ? left.options['ranks'] : undefined;
  const wanted = ranks.slice(0, -1);
  if (Array.isArray(found) && found.join() === wanted.join()) return wanted;
  throw new BadInput(
    `adapter (sd-lora): ranks is [${ranks.join(', ')}], so it goes on from one sd-lora of ranks ` +
      `[${wanted.join(', ')}]; it starts from ${Array.isArray(found) ? `[${found.join(', ')}]` : 'another adapter'}`,
  );
};

/** Ended directions of a map as one low-rank branch; each rank has its magnitude and its scale. */
const pastOf = (ranks: readonly number[], scaleOf: (r: number) => number) => {
  const past = ranks.slice(0, -1);
  const owners = past.flatMap((r, k) => new Array<number>(r).fill(k));
  const total = owners.length;
  // [total, past]: takes a magnitude by direction to a gate by rank.
  const spread = Float32Array.from({ length: total * past.length }, (_, i) => {
    const owner = itemAt(owners, Math.floor(i / past.length));
    return owner === i % past.length ? scaleOf(itemAt(past, owner)) : 0;
  });
  return {
    total,
    gate: (params: Params, path: string): tf.Tensor => {
      const magnitudes = tf.slice(vectorAt(params, `${path}.magnitude`), [0], [past.length]);
      const columns = tf.reshape(magnitudes, [past.length, 1]);
      return tf.reshape(tf.matMul(tf.tensor2d(spread, [total, past.length]), columns), [total]);
    },
    hostGate: (params: HostParams, path: string): Float32Array => {
      const magnitudes = floatsAt(params, `${path}.magnitude`);
      return Float32Array.from(owners, (owner) => itemAt(magnitudes, owner) * scaleOf(itemAt(past, owner)));
    },
  };
};

const paramsOf = (spec: LinearSpec, { ranks, start }: Options, total: number): readonly ParamSpec[] => {
  const { path, dIn, dOut } = spec;
  const constant = (name: string, shape: readonly number[]): ParamSpec => ({
    name: `${path}.${name}`,
    shape,
    decay: false,
    frozen: true,
    init: () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  return [
    ...loraParams(spec, itemAt(ranks, ranks.length - 1)),
    {
      name: `${path}.magnitude`,
      shape: [ranks.length],
      decay: false,
      init: () => new Float32Array(ranks.length).fill(start),
    },
    ...(total > 0 ? [constant('past_A', [total, dIn]), constant('past_B', [dOut, total])] : []),
  ];
};

export const sdLora = entry<[Model], Adapter, typeof options>({
  name: 'sd-lora',
  version: 1,
  summary: 'for tasks in sequence: a direction for each task, fixed when it ends; all magnitudes are trained',
  cite: citeSdLora,
  options,
  build: (o, model) => {
    const { ranks, alpha, rslora, distil, start } = o;
    const scaleOf = (r: number) => loraScale({ r, alpha, rslora });
    const targets = selectTargets(model.linears, o.target_modules);
    const now = ranks.length - 1;
    const r = itemAt(ranks, now);
    const scale = scaleOf(r);
    const past = pastOf(ranks, scaleOf);
    const ended = ({ path, dIn, dOut }: LinearSpec, params: HostParams): Float32Array => {
      if (past.total === 0) return new Float32Array(dIn * dOut);
      const [A, B] = [floatsAt(params, `${path}.past_A`), floatsAt(params, `${path}.past_B`)];
      return loraDelta(A, B, { r: past.total, dIn, dOut, scale: 1 }, past.hostGate(params, path));
    };
    return {
      targets,
      params: targets.flatMap((spec) => paramsOf(spec, o, past.total)),
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const of = (which: string) => matrixAt(params, `${spec.path}.${which}`);
        const gate = tf.slice(vectorAt(params, `${spec.path}.magnitude`), [now], [1]);
        const y = loraLinear(spec, x, base, { A: of('lora_A'), B: of('lora_B'), scale, gate }, perturb);
        if (past.total === 0) return y;
        const before = { A: of('past_A'), B: of('past_B'), scale: 1, gate: past.gate(params, spec.path) };
        return tf.add(y, loraBranch(spec, x, before, noNoise));
      },
      noiselessDelta: ended,
      delta: (spec, params) => {
        const before = ended(spec, params);
        const magnitude = itemAt(floatsAt(params, `${spec.path}.magnitude`), now);
        return deltaAt(spec, params, { r, scale: scale * magnitude }).map((x, i) => x + itemAt(before, i));
      },
      follow: (lefts) => {
        const before = leftRanks(ranks, lefts);
        const [left] = lefts;
        const follows = targets.flatMap((spec) => {
          const directions = directionsOf(spec, left?.params ?? {}, before);
          return Object.entries(asPast(spec, closed(directions, spec, distil), start));
        });
        return Object.fromEntries(follows);
      },
    };
  },
});
