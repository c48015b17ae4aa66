import { BadInput } from '@lab/records';
import { z } from 'zod';
import { partsOfMap } from './fused.ts';
import type { LinearSpec } from './model.ts';

/** The option by which adapters name their linear maps. */
export const targetModules = z
  .union([z.literal('all-linear'), z.array(z.string()).min(1)])
  .default(['query', 'key', 'value', 'attention.output', 'ffn.intermediate', 'ffn.output'])
  .describe('linear maps that carry an adapter, as in PEFT');

/**
 * The linear maps that `target_modules` names, as PEFT reads it: `all-linear`, or a list in which
 * each word is a whole path or the end of one (`query` takes `layer.0.attention.query`). A part of
 * a fused map is named behind it (`c_attn.q`). Throws `BadInput` when a word matches nothing, and
 * for a map that is named beside a part of it.
 */
export const selectTargets = (
  linears: readonly LinearSpec[],
  targetModules: 'all-linear' | readonly string[],
): readonly LinearSpec[] => {
  if (targetModules === 'all-linear') return linears.filter((spec) => spec.per !== 'example');
  const known = linears.flatMap((spec) => [spec, ...partsOfMap(spec)]);
  const matches = (spec: LinearSpec, word: string) => spec.path === word || spec.path.endsWith(`.${word}`);
  const missed = targetModules.find((word) => !known.some((spec) => matches(spec, word)));
  if (missed !== undefined) {
    const ends = [...new Set(known.map((spec) => spec.path.replace(/^.*?\d+\./, '')))];
    throw new BadInput(
      `adapter.target_modules: "${missed}" names no linear map; allowed: all-linear, ${ends.join(', ')}`,
    );
  }
  const chosen = known.filter((spec) => targetModules.some((word) => matches(spec, word)));
  const paths = new Set(chosen.map(({ path }) => path));
  const twice = chosen.find(({ within }) => within && paths.has(within.path));
  if (twice)
    throw new BadInput(
      `adapter.target_modules: ${twice.path} is a part of ${twice.within?.path}, which is named too; keep one of them`,
    );
  return chosen;
};
