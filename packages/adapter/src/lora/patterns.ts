import { BadInput } from '@lab/records';
import { z } from 'zod';
import type { LinearSpec } from '../model.ts';

/** Ranks and scales of single targets, as in PEFT; absent where every target has the same. */
export const patternOptions = {
  rank_pattern: z
    .record(z.string(), z.number().int().min(1))
    .optional()
    .describe('rank of the targets whose path, or its end after a dot, matches a key (a regular expression)'),
  alpha_pattern: z
    .record(z.string(), z.number().positive())
    .optional()
    .describe('scale numerator of the targets whose path, or its end after a dot, matches a key'),
};

/** Values by regular expression on a path. */
export type Pattern = { readonly [key: string]: number };

/**
 * Whether a key of `rank_pattern` or `alpha_pattern` takes a path: it matches all of it, or all
 * that follows one of its dots.
 */
const matcher = (option: string, key: string): RegExp => {
  try {
    return new RegExp(`^(.*\\.)?(${key})$`);
  } catch {
    throw new BadInput(`${option}: "${key}" is no regular expression`);
  }
};

/**
 * The entries that match a path, in the pattern's order. Throws `BadInput` for a key that is no
 * regular expression.
 */
export const matching = (option: string, pattern: Pattern, path: string): readonly (readonly [string, number])[] =>
  Object.entries(pattern).filter(([key]) => matcher(option, key).test(path));

/**
 * The value of every target by path: the pattern's, or `otherwise`. Throws `BadInput` for a key
 * that matches no target, and for two keys that give a target different values: PEFT takes the
 * first, but the order of keys is no part of a config's identity.
 */
export const byTarget = (
  option: string,
  targets: readonly LinearSpec[],
  otherwise: number,
  pattern: Pattern = {},
): ((path: string) => number) => {
  const values = new Map<string, number>();
  const used = new Set<string>();
  for (const { path } of targets) {
    const [first, ...more] = matching(option, pattern, path);
    const other = more.find(([, value]) => value !== first![1]);
    if (other) throw new BadInput(`${option}: "${first![0]}" and "${other[0]}" both match ${path}; keep one of them`);
    [...(first ? [first] : []), ...more].forEach(([key]) => used.add(key));
    values.set(path, first?.[1] ?? otherwise);
  }
  const missed = Object.keys(pattern).find((key) => !used.has(key));
  if (missed !== undefined)
    throw new BadInput(
      `${option}: "${missed}" matches no target; targets: ${targets.map(({ path }) => path).join(', ')}`,
    );
  return (path) => values.get(path) ?? otherwise;
};
