/** Mean of some numbers; null of none. */
export const averageOf = (values: readonly number[]): number | null =>
  values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;
