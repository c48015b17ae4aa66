import { BadInput } from '@lab/records';
import { floats } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { adapters } from '../catalogue.ts';
import type { Model } from '../model.ts';
import { peftFiles } from './files.ts';

/**
 * PEFT's two files of an adapter whose ranks have been pruned, as plain LoRA: every target has a
 * rank of its own, targets without one are dropped, gates and scales are folded into B. `params`
 * are the adapter's and the head's. Throws `BadInput` for an adapter that prunes nothing, and where
 * no rank remains.
 */
export const prunedLoraFiles = (model: Model, adapter: Adapter, params: HostParams) => {
  const { pruned, targets } = adapter;
  if (!pruned) throw new BadInput('this adapter prunes no ranks; allowed: --format peft or merged');
  const remaining = targets.map((spec) => ({ spec, ...pruned(spec, params) })).filter(({ r }) => r > 0);
  const [first] = remaining;
  if (!first) throw new BadInput('every rank of this adapter has been pruned: there is no update to write');
  const pattern = Object.fromEntries(remaining.map(({ spec, r }) => [spec.path.replace(/\W/g, '\\$&'), r]));
  const options = adapters.parse({
    name: 'lora',
    r: first.r,
    alpha: first.r,
    rank_pattern: pattern,
    alpha_pattern: pattern,
    target_modules: remaining.map(({ spec }) => spec.path),
  });
  const own = new Set(adapter.params.map(({ name }) => name));
  const head = Object.entries(params).filter(([name]) => !own.has(name));
  const factors = remaining.flatMap(({ spec: { path, dIn, dOut }, r, A, B }) => [
    [`${path}.lora_A`, floats(A, [r, dIn])] as const,
    [`${path}.lora_B`, floats(B, [dOut, r])] as const,
  ]);
  const lora = adapters.build(options, model);
  const named = { ...Object.fromEntries(factors), ...Object.fromEntries(head) };
  return peftFiles(options, model, { adapter: lora, params: named });
};
