import { fold } from '@lab/random';
import { sizeOf, tf } from '@lab/engine';
import { rateAt, type DrawContext, type LawMoment, type MaskSpec, type PlannedMask } from '../src/index.ts';
import { root } from './fixture.ts';

const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / values.length;
};

/**
 * The factors of `draws` masks as the law applies them, [draws, entries], row-major: see the
 * definition at `Law`.
 */
export const drawnFactors = (planned: PlannedMask, given: DrawContext, draws: number): Float32Array =>
  tf.tidy(() => {
    const { law, noise, site, place, maskShape: shape } = planned;
    const p = rateAt(noise.p, place.layer, given.progress);
    const spec = { site, shape, p, context: given };
    const { dtype } = law.draw(root, spec);
    const all = dtype === 'bool' ? new Uint8Array(draws * sizeOf(shape)) : new Float32Array(draws * sizeOf(shape));
    for (let i = 0; i < draws; i++) all.set(law.draw(fold(root, i), spec).data, i * sizeOf(shape));
    const masks = tf.tensor(all, [draws, ...shape], dtype);
    const logits = site === 'attention.logits';
    const value = tf.fill([draws, ...shape], logits ? 0 : 1);
    const applied = law.apply(value, masks, p);
    const factors = logits ? tf.exp(applied) : applied;
    const divided = noise.compensation.startsWith('normalised');
    return (divided ? tf.div(factors, tf.max(factors, -1, true)) : factors).dataSync<'float32'>();
  });

/** A moment of every entry of a mask, row-major. */
const momentOf = (moment: LawMoment, spec: MaskSpec): Float64Array =>
  moment.kind === 'by-entry' ? moment.at(spec) : new Float64Array(sizeOf(spec.shape)).fill(moment.at(spec.p));

/** What a law states of a mask. */
const statedOf = ({ law, noise, site, place, maskShape }: PlannedMask, context: DrawContext) => {
  const spec: MaskSpec = { site, shape: maskShape, p: rateAt(noise.p, place.layer, context.progress), context };
  return { mean: momentOf(law.mean, spec), variance: momentOf(law.variance, spec) };
};

/** Rounding of float32 factors. */
const ROUNDING = 1e-6;

/** Whether per-draw numbers average to what is stated, within 4.5 of their own standard errors. */
const averagesTo = (perDraw: Float64Array, stated: number): boolean => {
  const mean = average(perDraw);
  const spread = average(perDraw.map((value) => (value - mean) ** 2));
  return Math.abs(mean - stated) <= 4.5 * Math.sqrt(spread / perDraw.length) + ROUNDING;
};

/**
 * What drawn masks contradict of the mean and variance that their law states, and of the
 * independence of entries of a law without rows: of the mask as a whole within 4.5 standard errors,
 * of the means of single entries within 5.5. Empty for a law that tells the truth.
 */
export const lawComplaints = (planned: PlannedMask, given: DrawContext, draws = 1500): readonly string[] => {
  const { mean, variance } = statedOf(planned, given);
  const size = mean.length;
  const factors = drawnFactors(planned, given, draws);
  const sums = new Float64Array(size);
  const perDraw = { mean: new Float64Array(draws), variance: new Float64Array(draws), ofMean: new Float64Array(draws) };
  for (let i = 0; i < draws; i++) {
    const one = factors.subarray(i * size, (i + 1) * size);
    one.forEach((factor, j) => (sums[j] = (sums[j] ?? 0) + factor));
    const ofDraw = average(one);
    perDraw.mean[i] = ofDraw;
    perDraw.ofMean[i] = (ofDraw - average(mean)) ** 2;
    perDraw.variance[i] = average(Float64Array.from(one, (factor, j) => (factor - (mean[j] ?? 0)) ** 2));
  }
  const wrongEntries = [...mean.keys()].filter((j) => {
    const standardError = Math.sqrt((variance[j] ?? 0) / draws);
    return Math.abs((sums[j] ?? 0) / draws - (mean[j] ?? 0)) > 5.5 * standardError + ROUNDING;
  });
  return [
    ...(averagesTo(perDraw.mean, average(mean)) ? [] : ['mean']),
    ...(averagesTo(perDraw.variance, average(variance)) ? [] : ['variance']),
    // Entries of one law are independent unless they share a row.
    ...(planned.law.variance.kind === 'by-entry' || averagesTo(perDraw.ofMean, average(variance) / size)
      ? []
      : ['independence']),
    ...wrongEntries.map((j) => `mean of entry ${j}`),
  ];
};
