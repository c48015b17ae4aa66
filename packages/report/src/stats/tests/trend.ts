/**
 * Does the score rise along the settings? Each seed gives its least-squares slope on the rank of
 * the setting. A trend, not strict monotony, is what such a sweep can show. Unit: score for one
 * step of the grid. rows: one for each seed, a column for each setting.
 */
export const slopes = (rows: readonly (readonly number[])[]): number[] => {
  const k = rows[0]?.length ?? 0;
  const centre = (k - 1) / 2;
  const scale = Array.from({ length: k }, (_, j) => (j - centre) ** 2).reduce((a, b) => a + b, 0);
  return rows.map((row) => row.reduce((sum, v, j) => sum + ((j - centre) / scale) * v, 0));
};
