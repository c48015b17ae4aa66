import { fold, key, permutation } from '@lab/random';
import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { chain } from '../chain/index.ts';
import { ranksOfLink } from '../chain/links.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { tensorAt } from '../named.ts';

const options = loraOptions.extend({
  r: z.number().int().min(1).default(1).describe('rank of one round'),
  alpha: z.number().positive().default(2).describe('scale numerator'),
  rounds: z.number().int().min(1).default(8).describe('boosting rounds: equal parts of the training'),
  layers: z.number().int().min(1).default(1).describe('layers drawn for each round'),
  norm: z.number().min(0).default(1e-4).describe('weight of the squared norms of A and B in the loss'),
  seed: z.number().int().min(0).default(0).describe('names the draws of layers, the same for every run seed'),
});

/** 1 for each of `rounds` rounds in which a layer is drawn, 0 for the others. */
export const roundsOf = (
  layers: readonly number[],
  { rounds, layers: drawn, seed }: { readonly rounds: number; readonly layers: number; readonly seed: number },
) =>
  new Map(
    layers.map((layer, i) => [
      layer,
      Float32Array.from({ length: rounds }, (_, round) =>
        Number(
          permutation(fold(key(seed), round), layers.length)
            .slice(0, drawn)
            .includes(i),
        ),
      ),
    ]),
  );

export const xgbLora = entry<[Model], Adapter, typeof options>({
  name: 'xgblora',
  version: 2,
  summary: 'boosting: in every round a few layers drawn at random get an update of rank 1, which is then kept',
  cite: {
    title: 'Less is More: Extreme Gradient Boost Rank-1 Adaption for Efficient Finetuning of LLMs',
    year: 2024,
    url: 'https://arxiv.org/abs/2410.19694',
    where: 'section 3',
  },
  options,
  build: (o, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    const layers = [...new Set(targets.map(({ layer }) => layer))];
    if (o.layers > layers.length)
      throw new BadInput(`adapter.layers is ${o.layers}; the targets lie in ${layers.length} layers`);
    const rounds = roundsOf(layers, o);
    const drawnAt = new Map(targets.map(({ path, layer }) => [path, rounds.get(layer)]));
    const names = targets.flatMap(({ path }) => [`${path}.lora_A`, `${path}.lora_B`]);
    return {
      ...chain({
        targets,
        links: o.rounds,
        r: o.r,
        scale: loraScale(o),
        takesPart: (path, round) => {
          const table = tf.tensor1d(drawnAt.get(path) ?? []);
          return tf.sum(tf.mul(table, ranksOfLink(round, o.rounds, 1)));
        },
      }),
      ...(o.norm > 0
        ? {
            penalty: (params) =>
              tf.mul(tf.addN(names.map((name) => tf.sum(tf.square(tensorAt(params, name))))), o.norm),
          }
        : {}),
    };
  },
});
