import { fold, integer, type Key } from '@lab/random';
import { visibleKeys } from './window.ts';

/**
 * Gives every query a key again: where a row of an attention mask drops all keys that its queries may see, one of them, drawn
 * uniformly, is kept. Under a causal mask a row shared by all queries therefore always keeps the first key.
 * `keep` has `shape` [B or 1, heads, query or 1, key] and is changed in place; `valid` are the tokens of each of its batch rows.
 */
export const keepOneKey = (
  keep: Uint8Array,
  shape: readonly number[],
  valid: readonly number[],
  causal: boolean,
  key: Key,
): Uint8Array => {
  const keys = shape[3]!;
  for (let row = 0; row * keys < keep.length; row++) {
    const visible = visibleKeys(row, shape, valid, causal);
    const at = row * keys;
    let k = 0;
    while (k < visible && keep[at + k] === 0) k++;
    if (k === visible) keep[at + integer(fold(key, row), visible)] = 1;
  }
  return keep;
};
