import { noNoise } from '@lab/adapter';
import { fold, permutation } from '@lab/random';
import { check, materialOf, pick, type Context } from '../check.ts';
import { dot, plus } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { batchOf, range } from '../real/batch.ts';
import { gradientProgram, maskedGradient } from '../real/gradients.ts';
import { drawn, noiseOf, planFor } from '../real/masks.ts';
import { withProgram } from '../real/program.ts';
import { LONGEST } from '../real/readings.ts';
import { compared, equal, noted } from '../row.ts';
import { jackknife } from '../stats.ts';

const COUNTS = [1, 2, 4] as const;
const quantity = 'total variance of the gradient';

/** Unbiased total variance of vectors from their inner products alone. */
const totalVariance = (grams: readonly (readonly number[])[], at: readonly number[]): number => {
  const n = at.length;
  const own = at.reduce((s, i) => s + grams[i]![i]!, 0);
  const all = at.reduce((s, i) => s + at.reduce((t, j) => t + grams[i]![j]!, 0), 0);
  return (own - all / n) / (n - 1);
};

const spread = (vectors: readonly Float64Array[]) => {
  const grams = vectors.map((a) => vectors.map((b) => dot(a, b)));
  return jackknife(range(vectors.length), (at) => totalVariance(grams, at));
};

const averaged = (vectors: readonly Float64Array[], N: number): readonly Float64Array[] =>
  range(Math.floor(vectors.length / N)).map((i) =>
    vectors
      .slice(i * N, (i + 1) * N)
      .reduce((a, b) => plus(a, b))
      .map((x) => x / N),
  );

const measure = async (context: Context) => {
  const material = materialOf(context);
  const draws = pick(context, { smoke: 12, quick: 24 });
  const size = Math.min(16, material.train.labels.length);
  const batch = batchOf(material.train, range(size), LONGEST);
  const plan = planFor(material, noiseOf('lora-dropout', { p: material.rate }), batch);
  const params = material.trained.dropout;
  const gradients = (label: string, n: number) =>
    withProgram(material, maskedGradient(material, plan), async (call) => {
      const found: Float64Array[] = [];
      for (let i = 0; i < n; i++) {
        const masks = drawn(material, plan, batch, fold(fold(context.key, label), i));
        found.push(Float64Array.from((await call({ ...batch.arrays, ...masks }, params)).grad!.data));
      }
      return found;
    });
  const byBatch = await withProgram(
    material,
    gradientProgram(material, () => noNoise),
    async (call) => {
      const found: Float64Array[] = [];
      for (let i = 0; i < draws; i++) {
        const order = permutation(fold(fold(context.key, 'batches'), i), material.train.labels.length);
        const other = batchOf(material.train, Array.from(order.subarray(0, size)), LONGEST);
        found.push(Float64Array.from((await call(other.arrays, params)).grad!.data));
      }
      return found;
    },
  );
  const reference = await gradients('reference', draws);
  const averages = await gradients('averages', COUNTS.at(-1)! * Math.max(6, draws / 2));
  return {
    p: material.rate,
    one: spread(reference),
    perCount: COUNTS.map((N) => ({ N, ...spread(averaged(averages, N)) })),
    data: spread(byBatch),
  };
};

export const realGradientVariance = check({
  name: 'real-gradient-variance',
  group: 'masks',
  claim: 'On the real model too the variance of the gradient falls as 1/N.',
  cite: citeLoraDropout('Eq. 7; consequence of independent instances'),
  prediction: 'σ²/N, with σ² from separate single draws',
  procedure:
    'gradients of one training batch at the weights that LoRA Dropout left, by all adapter and head ' +
    'parameters; errors by jackknife over groups',
  limits: 'the choice of the batch adds a variance of its own, noted beside it, that N does not touch',
  needsMaterial: true,
  formula: (N: number) => 1 / N,
  perturbed: { change: 'no fall with N', formula: () => 1 },
  measure,
  rows: ({ p, one, perCount, data }, formula) => [
    ...perCount.map(({ N, mean, se }) => {
      const predicted = one.mean * formula(N);
      return equal(quantity, { N, p, model: 'real' }, predicted, mean, { se: Math.hypot(se, one.se * formula(N)) });
    }),
    noted('total variance between batches of 16, deterministic', { p: 0, model: 'real' }, data.mean, data.se),
    compared('variance of masks over variance of batches', { p, N: 1 }, 1, one.mean / data.mean),
  ],
  panels: (rows) => [
    panelOf(rows, {
      title: 'Variance of the gradient, real model',
      axis: 'N',
      xTitle: 'samples N',
      yTitle: quantity,
      logX: true,
      logY: true,
      series: ({ quantity: q, at }) => (q === quantity ? String(at.model) : undefined),
    }),
  ],
});
