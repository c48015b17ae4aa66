import type { Adapter } from '@lab/adapter';
import { BadInput, sentence } from '@lab/records';
import { loraPro, loraRite, type Layout, type PairOptimizer } from '@lab/engine';
import { z } from 'zod';

/** What may stand in `train.optimizer`; AdamW is what a run takes without it. */
const schemas = [
  z.strictObject({
    name: z.literal('lora-rite'),
    limiter: z
      .enum(['skip', 'shorten', 'none'])
      .default('skip')
      .describe('steps whose root mean square exceeds 1: left out (authors’ code), bounded (ours), or taken'),
  }),
  z.strictObject({
    name: z.literal('lora-pro'),
    x: z
      .enum(['sylvester', 'zero'])
      .default('sylvester')
      .describe('which of the equal updates: factors’ gradients nearest to the plain ones, or without that'),
  }),
] as const;
type Chosen = z.infer<(typeof schemas)[number]>;

/**
 * Checks `train.optimizer` and fills its defaults. Throws `BadInput` that names what is allowed.
 */
export const parseOptimizer = (given: { readonly name: string }, where: string): Chosen => {
  const schema = schemas.find(({ shape }) => shape.name.value === given.name);
  if (!schema) {
    const names = schemas.map(({ shape }) => shape.name.value).join(', ');
    throw new BadInput(
      `${where}: train.optimizer "${given.name}" is unknown; allowed: ${names}, or none at all for AdamW`,
    );
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new BadInput(sentence(`${where}: train.optimizer`, parsed.error, schema));
  return parsed.data;
};

/**
 * The optimiser that a run names, for its adapter. Throws `BadInput` for an adapter whose factors
 * are no pairs trained together.
 */
export const optimizerOf = (
  given: { readonly name: string },
  adapterName: string,
  { pairs }: Adapter,
  layout: Layout,
): PairOptimizer => {
  const parsed = parseOptimizer(given, 'config');
  if (!pairs)
    throw new BadInput(
      `train.optimizer "${parsed.name}" moves pairs of factors A and B together, and the adapter ` +
        `"${adapterName}" has none that are trained so; take the ` +
        `adapter "lora", or leave train.optimizer out for AdamW`,
    );
  return parsed.name === 'lora-rite'
    ? loraRite(pairs, layout, parsed.limiter)
    : loraPro(pairs, layout, parsed.x === 'sylvester');
};
