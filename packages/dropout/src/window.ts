/**
 * Tokens that a row of masks may count on: its own length, or the shortest of the batch where one mask serves all rows.
 * At least 1, so that a row that only fills the batch stays defined. `rows` is the mask's batch axis, 1 or B.
 */
export const validTokens = (rows: number, tokens: number, lengths: Int32Array): readonly number[] => {
  const clamp = (length: number) => Math.min(Math.max(length, 1), tokens);
  if (rows > 1 || lengths.length === 1) return Array.from({ length: rows }, (_, b) => clamp(lengths[b] ?? 1));
  return [clamp(Math.min(...lengths.filter((length) => length > 0), tokens))];
};

/** Keys that every query served by one row of an attention mask [B or 1, heads, query or 1, key] may see. */
export const visibleKeys = (
  row: number,
  shape: readonly number[],
  valid: readonly number[],
  causal: boolean,
): number => {
  const [, heads, queries] = shape as [number, number, number];
  const n = valid[Math.floor(row / (heads * queries))]!;
  // A mask shared by all queries must also serve the first one, which sees only the first key.
  return causal ? Math.min((row % queries) + 1, n) : n;
};
