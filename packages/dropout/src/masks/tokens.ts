import { sizeOf } from '@lab/engine';
import type { MaskSpec } from '../laws/law.ts';
import { kindOf } from '../noise/structure.ts';

// All that drawing knows of the layout of a batch, [B, T] padded on the right, lies here.

/**
 * Tokens that each batch row of a mask may count on: its own length, or the shortest of the batch
 * where one mask serves all rows. At least 1, so that a row that only fills the batch stays
 * defined. `rows` is the mask's batch axis, 1 or B.
 */
const validTokens = (rows: number, tokens: number, lengths: Int32Array): readonly number[] => {
  const clamp = (length: number) => Math.min(Math.max(length, 1), tokens);
  if (rows > 1 || lengths.length === 1) return Array.from({ length: rows }, (_, b) => clamp(lengths[b] ?? 1));
  return [clamp(Math.min(...lengths.filter((length) => length > 0), tokens))];
};

/**
 * One run of a mask's entries along its token axis: keys of an attention mask, else the axis after
 * the batch.
 */
export interface TokenRow {
  /** Where it starts among the mask's entries, row-major. */
  readonly at: number;
  /** Tokens before padding. */
  readonly valid: number;
}

/** The rows of a mask whose token axis is its last with more than one entry, in order. */
export const tokenRows = ({ site, shape, context }: MaskSpec): readonly TokenRow[] => {
  const [batch = 1] = shape;
  const tokens = shape[kindOf(site) === 'attention' ? 3 : 1] ?? 1;
  const valid = validTokens(batch, tokens, context.lengths);
  const rows = sizeOf(shape) / tokens;
  const each = rows / batch;
  return valid.flatMap((n, b) => Array.from({ length: each }, (_, i) => ({ at: (b * each + i) * tokens, valid: n })));
};

/**
 * Rows of an attention mask [B or 1, heads, query or 1, key] with the keys that every query served
 * by a row may see.
 */
export const keyRows = (spec: MaskSpec): readonly { readonly at: number; readonly visible: number }[] => {
  const { shape, context } = spec;
  const queries = shape[2] ?? 1;
  // A mask shared by all queries must also serve the first one, which sees only the first key.
  return tokenRows(spec).map(({ at, valid }, row) => ({
    at,
    visible: context.causal ? Math.min((row % queries) + 1, valid) : valid,
  }));
};
