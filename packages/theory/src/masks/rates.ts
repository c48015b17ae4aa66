/** Rates at which mask laws are taken. */
export const RATES = [0.1, 0.2, 0.3, 0.5, 0.7] as const;
