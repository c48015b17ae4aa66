import { BadInput, entry } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import { ranksOfLink } from '../chain/links.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraParams } from '../lora/init.ts';
import { loraSites } from '../lora/sites.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { balanceLoss, gatedLinear } from './gated.ts';
import { expertsOf } from './experts.ts';
import { firstStep, stageAt } from './stages.ts';
import { tensorAt } from '../named.ts';

const options = loraOptions.extend({
  experts: z.number().int().min(2).default(3).describe('N: LoRAs, trained one after the other'),
  gate_share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe('last share of the training, in which only gates are trained; 1: experts come from other runs'),
  masked: z.array(z.number().int().min(0)).optional().describe('experts that are left out, from 0; absent: none'),
  balance: z.number().min(0).default(0.5).describe('weight of the balance loss, -log of the product of mean gates'),
});

/** The constant that tells passes which expert is on; its last entry: the gates. */
const STAGE = 'mole.stage';

const oneHot = (at: tf.Tensor, n: number): tf.Tensor =>
  tf.cast(tf.equal(tf.tensor1d(Float32Array.from({ length: n }, (_, i) => i)), at), 'float32');

/** Throws `BadInput` for experts that are not there, and where none would be left. */
const checkMasked = (masked: readonly number[], experts: number): void => {
  const absent = masked.find((k) => k >= experts);
  if (absent !== undefined)
    throw new BadInput(`adapter (mole): masked names expert ${absent}; allowed: 0 to ${experts - 1}`);
  if (new Set(masked).size === experts)
    throw new BadInput(`adapter (mole): masked names all ${experts} experts; at least one must be left`);
};

const needsExperts = (experts: number): string =>
  `adapter (mole): gate_share 1 trains gates alone, so its ${experts} experts come from other runs; name them ` +
  'in from.runs with from.take: adapter, or take a smaller gate_share';

export const mole = entry<[Model], Adapter, typeof options>({
  name: 'mole',
  version: 2,
  summary: 'LoRAs trained one after the other, then frozen and mixed by gates that are learned: a learned ensemble',
  cite: {
    title: 'Mixture of LoRA Experts',
    year: 2024,
    url: 'https://arxiv.org/abs/2404.13628',
    where: 'section 3.2, Eq. 4-9',
  },
  options,
  build: ({ experts, gate_share, balance, masked = [], ...o }, model) => {
    checkMasked(masked, experts);
    const { r } = o;
    const ranks = experts * r;
    const targets = selectTargets(model.linears, o.target_modules);
    const paths = targets.map(({ path }) => path);
    const shape = { r, experts, masked, scale: loraScale(o) };
    const onlyGates = gate_share === 1;
    const params = [
      ...targets.flatMap((spec): readonly ParamSpec[] => [
        ...loraParams(spec, ranks).map((factor) => (onlyGates ? { ...factor, decay: false, frozen: true } : factor)),
        {
          name: `${spec.path}.gate_e`,
          shape: [experts * spec.dOut, experts],
          decay: true,
          init: () => new Float32Array(experts * spec.dOut * experts),
        },
        { name: `${spec.path}.gate_log_tau`, shape: [1], decay: false, init: () => new Float32Array(1) },
      ]),
      {
        name: STAGE,
        shape: [experts + 1],
        decay: false,
        frozen: true,
        init: () => Float32Array.from({ length: experts + 1 }, (_, i) => Number(i === (onlyGates ? experts : 0))),
      },
    ];
    const names = new Set(params.map(({ name }) => name));
    return {
      targets,
      params,
      sites: (batch, tokens) => loraSites(targets, ranks, batch, tokens),
      linear: (spec, x, base, params, perturb, flow) =>
        gatedLinear(spec, x, base, params, { ...shape, stage: tensorAt(params, STAGE) }, perturb, flow),
      trainable: (inputs) => {
        const stage = tensorAt(inputs, 'stage');
        const own = ranksOfLink(stage, experts, r);
        const gates = tf.cast(tf.equal(stage, experts), 'float32');
        return Object.fromEntries(
          paths.flatMap((path) => [
            [`${path}.lora_A`, tf.reshape(own, [ranks, 1])],
            [`${path}.lora_B`, tf.reshape(own, [1, ranks])],
            [`${path}.gate_e`, gates],
            [`${path}.gate_log_tau`, gates],
          ]),
        );
      },
      age: (at) => at.step - firstStep(stageAt(at, experts, gate_share), experts, gate_share, at.steps),
      state: {
        slots: [],
        inputs: ({ step, steps }) => ({
          stage: stageAt({ step, steps }, experts, gate_share),
          next: stageAt({ step: Math.min(step + 1, steps - 1), steps }, experts, gate_share),
        }),
        update: ({ params, inputs }) => ({
          params: { ...params, [STAGE]: oneHot(tensorAt(inputs, 'next'), experts + 1) },
          slots: {},
        }),
      },
      mixture: { experts, masked },
      ...(onlyGates ? { cannotBegin: needsExperts(experts) } : {}),
      follow: (lefts) => expertsOf(lefts, { experts, r, scale: shape.scale, targets, names }),
      ...(balance > 0
        ? {
            penalty: (params: Params, recorded: Params) =>
              tf.mul(
                balanceLoss(paths, recorded),
                tf.mul(tf.reshape(tf.slice(tensorAt(params, STAGE), [experts], [1]), []), balance),
              ),
          }
        : {}),
    };
  },
});
