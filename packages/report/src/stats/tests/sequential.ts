import { normalCdf, normalQuantile, studentQuantile } from '@lab/random';

/**
 * How the error is spent over the looks (Lan and DeMets 1983): late (like O'Brien and Fleming) or
 * evenly (like Pocock).
 */
export type Spending = 'obrien-fleming' | 'pocock';

export interface LookPlan {
  /** Seeds at each look, rising, for example [16, 32, 48]. */
  readonly seeds: readonly number[];
  readonly spending: Spending;
  /** Two-sided level of the whole plan; default .05. */
  readonly alpha?: number;
}

/** What a look may decide with. */
export interface Look {
  readonly seeds: number;
  /** Bound on the z scale; the same on both sides. */
  readonly z: number;
  /** Two-sided level of this look's test: its interval has level 1 - nominal. */
  readonly nominal: number;
  /**
   * Bound on the t statistic with seeds - 1 degrees of freedom, at the same nominal level (Pocock
   * 1977).
   */
  readonly t: number;
}

/** Error of one direction that may be spent when a share t of the information is there. */
export const spent = (t: number, oneSided: number, spending: Spending): number =>
  spending === 'pocock'
    ? oneSided * Math.log(1 + (Math.E - 1) * t)
    : 2 * (1 - normalCdf(normalQuantile(1 - oneSided / 2) / Math.sqrt(t)));

/** Nodes of the numerical integration over one look's sum, per unit of its standard deviation. */
const nodesPerUnit = 60;

interface Density {
  readonly at: readonly number[];
  /** Density times the width of the node. */
  readonly mass: readonly number[];
}

/**
 * Bounds of a group-sequential test, one-sided errors summing to alpha / 2 in each direction. The
 * sum of the differences has independent increments; its density while the study goes on is carried
 * from look to look (Armitage, McPherson and Rowe 1969), and each bound spends exactly what the
 * spending function allows. t bounds take the same nominal levels.
 */
export const sequentialLooks = ({ seeds, spending, alpha = 0.05 }: LookPlan): readonly Look[] => {
  const last = seeds.at(-1);
  if (last === undefined || seeds.some((n, i) => !Number.isInteger(n) || n < 2 || n <= (seeds[i - 1] ?? 0)))
    throw new RangeError(`looks must be rising whole numbers of at least 2 seeds; got ${seeds.join(', ')}`);
  let going: Density = { at: [0], mass: [1] };
  let before = 0;
  let sofar = 0;
  return seeds.map((n) => {
    const time = n / last;
    const step = Math.sqrt(time - before);
    const wanted = spent(time, alpha / 2, spending) - sofar;
    const exit = (bound: number): number =>
      going.at.reduce((sum, x, i) => sum + (going.mass[i] ?? 0) * (1 - normalCdf((bound - x) / step)), 0);
    let [low, high] = [0, 9 * Math.sqrt(time)];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (exit(middle) > wanted) low = middle;
      else high = middle;
    }
    const bound = (low + high) / 2;
    const count = Math.max(200, Math.ceil((2 * bound * nodesPerUnit) / step));
    const width = (2 * bound) / count;
    const at = Array.from({ length: count }, (_, i) => -bound + (i + 0.5) * width);
    const mass = at.map((y) =>
      going.at.reduce((sum, x, i) => {
        const u = (y - x) / step;
        return sum + (going.mass[i] ?? 0) * Math.exp((-u * u) / 2);
      }, 0),
    );
    going = { at, mass: mass.map((m) => (m * width) / (step * Math.sqrt(2 * Math.PI))) };
    before = time;
    sofar += wanted;
    const z = bound / Math.sqrt(time);
    const nominal = 2 * (1 - normalCdf(z));
    return { seeds: n, z, nominal, t: studentQuantile(1 - nominal / 2, n - 1) };
  });
};
