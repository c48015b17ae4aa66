/**
 * Holm's step-down adjustment for a family of tests; null (no test possible) stays null and does
 * not count. Order is kept.
 */
export const holm = (p: readonly (number | null)[]): (number | null)[] => {
  const order = p.flatMap((value, i) => (value === null ? [] : [{ value, i }])).sort((a, b) => a.value - b.value);
  const out: (number | null)[] = p.map(() => null);
  let running = 0;
  order.forEach(({ value, i }, rank) => {
    running = Math.max(running, Math.min(1, value * (order.length - rank)));
    out[i] = running;
  });
  return out;
};
