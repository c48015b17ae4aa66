import { fold, key, normal } from '@lab/random';
import { mean } from './describe.ts';
import { studentQuantile } from './distributions.ts';

const studies = 4_000;
const root = fold(key(0), 'joint-power');

/** Several paired differences that must all be above zero, measured on the same seeds. */
export interface JointDesign {
  /** Standard deviation of each part's difference, stored units. */
  readonly spreads: readonly number[];
  /** Correlation of the parts' differences over seeds. */
  readonly correlation: readonly (readonly number[])[];
  readonly n: number;
  readonly alpha?: number;
}

/** Lower triangular L with L L^T = a (Cholesky); a direction without variance left is dropped. */
const cholesky = (a: readonly (readonly number[])[]): number[][] => {
  const lower = a.map((row) => row.map(() => 0));
  a.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const [li, lj] = [lower[i] ?? [], lower[j] ?? []];
      const rest = (row[j] ?? 0) - li.slice(0, j).reduce((sum, v, k) => sum + v * (lj[k] ?? 0), 0);
      if (i === j) li[j] = Math.sqrt(Math.max(0, rest));
      else li[j] = (lj[j] ?? 0) > 1e-9 ? rest / (lj[j] ?? 1) : 0;
    }
  });
  return lower;
};

/**
 * The smallest t statistic of each simulated study, split into noise so that an effect can be added
 * afterwards.
 */
const simulated = ({ spreads, correlation, n }: JointDesign) => {
  const parts = spreads.length;
  const lower = cholesky(correlation);
  const noise = normal(fold(fold(root, n), parts), studies * n * parts);
  return Array.from({ length: studies }, (_, s) => {
    const draw = (seed: number, part: number): number => {
      const at = (s * n + seed) * parts;
      return (lower[part] ?? []).reduce((sum, weight, k) => sum + weight * (noise[at + k] ?? 0), 0);
    };
    return spreads.map((_unused, part) => {
      const values = Array.from({ length: n }, (_unusedSeed, seed) => draw(seed, part));
      const centre = mean(values);
      const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (n - 1));
      return { centre, error: spread / Math.sqrt(n) };
    });
  });
};

/**
 * Share of studies in which every part's t statistic passes the bound, when each part's true mean
 * is `effect` (stored units).
 */
const share = (studiesOf: ReturnType<typeof simulated>, { spreads, n, alpha = 0.05 }: JointDesign, effect: number) => {
  const bound = studentQuantile(1 - alpha / 2, n - 1);
  const passed = studiesOf.filter((parts) =>
    parts.every(({ centre, error }, i) => centre + effect / (spreads[i] ?? 1) > bound * error),
  );
  return passed.length / studiesOf.length;
};

/**
 * Power of an intersection-union test: every part must be found above zero by its own t test, when
 * each true mean is `effect` (stored units). Simulated with 4,000 studies of correlated normal
 * differences from a fixed key (standard error below .8 points).
 */
export const jointPower = (design: JointDesign & { readonly effect: number }): number =>
  design.n < 2 || design.spreads.length === 0 ? 0 : share(simulated(design), design, design.effect);

/**
 * Smallest common effect (stored units) that all parts show together with the wanted power; null
 * below two pairs.
 */
export const jointMde = (design: JointDesign, power = 0.8): number | null => {
  if (design.n < 2 || design.spreads.length === 0) return null;
  const worst = Math.max(...design.spreads);
  if (worst === 0) return 0;
  const some = simulated(design);
  let [low, high] = [0, (40 * worst) / Math.sqrt(design.n)];
  if (share(some, design, high) < power) return null;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (share(some, design, middle) >= power) high = middle;
    else low = middle;
  }
  return high;
};

/** Correlation matrix of several lists over the same seeds; 0 where a list has no spread. */
export const correlations = (lists: readonly (readonly number[])[]): number[][] => {
  const centred = lists.map((list) => {
    const centre = mean(list);
    return list.map((v) => v - centre);
  });
  const norms = centred.map((list) => Math.sqrt(list.reduce((sum, v) => sum + v * v, 0)));
  return centred.map((a, i) =>
    centred.map((b, j) => {
      if (i === j) return 1;
      const product = (norms[i] ?? 0) * (norms[j] ?? 0);
      return product > 0 ? a.reduce((sum, v, s) => sum + v * (b[s] ?? 0), 0) / product : 0;
    }),
  );
};
