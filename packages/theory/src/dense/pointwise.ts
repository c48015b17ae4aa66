/**
 * A loss of one example as a function of its scalar output f. `y` is ±1 for the logistic loss, any
 * number for the squared one.
 */
export interface Pointwise {
  readonly name: 'logistic' | 'squared';
  readonly value: (f: number, y: number) => number;
  /** First and second derivative by f. */
  readonly first: (f: number, y: number) => number;
  readonly second: (f: number, y: number) => number;
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** log(1 + exp(-y f)), in nats. */
export const logistic: Pointwise = {
  name: 'logistic',
  value: (f, y) => Math.max(-y * f, 0) + Math.log1p(Math.exp(-Math.abs(y * f))),
  first: (f, y) => -y * sigmoid(-y * f),
  second: (f) => sigmoid(f) * sigmoid(-f),
};

/** (f - y)² / 2. */
export const squared: Pointwise = {
  name: 'squared',
  value: (f, y) => (f - y) ** 2 / 2,
  first: (f, y) => f - y,
  second: () => 1,
};
