import { SITES } from '@lab/adapter';
import { z } from 'zod';
import { lawNames } from './laws/index.ts';
import { type Layers, type Noise, type Rate } from './types.ts';
import { COMPENSATIONS, STRUCTURES } from './noise/axes.ts';

const got = (issue: { readonly input?: unknown }): string =>
  'a rate lies in [0, 1), or is { "byLayer": […] } or { "from", "to", "curve" } of such; ' +
  `got ${JSON.stringify(issue.input)}`;

const share = z.number({ error: got }).refine((p) => p >= 0 && p < 1, { error: got });

/** A rate of dropping: a number in [0, 1), one for each layer, or a schedule. */
export const rate: z.ZodType<Rate> = z.union(
  [
    share,
    z.strictObject({ byLayer: z.array(share).min(1) }),
    z.strictObject({ from: share, to: share, curve: z.enum(['linear', 'cosine']).default('linear') }),
  ],
  { error: got },
);

/** Which layers a method's noise acts on. */
export const layers: z.ZodType<Layers> = z.union(
  [z.enum(['all', 'latter-half']), z.array(z.number().int().min(0)).min(1)],
  { error: 'allowed: "all", "latter-half", or a list of layer numbers from 0' },
);

export const scope = z.enum(['batch', 'example']);
export const samples = z.number().int().min(1).max(64);
export const weight = z.number().min(0);
export const readout = z.enum(['deterministic', 'mean-field', 'ensemble-logits', 'ensemble-probabilities']);

/** A noise as a config writes it. */
export const noise: z.ZodType<Noise> = z.strictObject({
  site: z.enum(SITES),
  structure: z.enum(STRUCTURES),
  compensation: z.enum(COMPENSATIONS).default('none'),
  p: rate,
  scope: scope.default('example'),
  layers: layers.default('all'),
  law: z.enum(lawNames).optional().describe('law of the factors; absent: coins that drop with probability p'),
});
