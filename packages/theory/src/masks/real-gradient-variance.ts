import { fold, permutation } from '@lab/random';
import { check, materialOf, pick, type Context } from '../check.ts';
import { dot, plus } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { batchOf, range } from '../real/batch.ts';
import { gradientOf, withNoise } from '../real/noise.ts';
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
  const { session, train } = material;
  const draws = pick(context, { smoke: 12, quick: 24 });
  const size = Math.min(16, train.length);
  const batch = batchOf(session, train, range(size));
  const params = material.trained.dropout;
  const byBatch: Float64Array[] = [];
  for (let i = 0; i < draws; i++) {
    const order = permutation(fold(fold(context.key, 'batches'), i), train.length);
    const other = batchOf(session, train, Array.from(order.subarray(0, size)));
    byBatch.push(Float64Array.from(await gradientOf(session, { params, batch: other })));
  }
  const gradients = (label: string, n: number) =>
    withNoise(material, { name: 'lora-dropout', p: material.rate }, async (noisy) => {
      const drawn: Float64Array[] = [];
      for (let member = 0; member < n; member++) {
        const masks = noisy.masks.member(batch, { key: fold(context.key, label), member, index: 0 });
        drawn.push(Float64Array.from(await gradientOf(noisy, { params, batch, masks })));
      }
      return drawn;
    });
  const reference = await gradients('reference', draws);
  const averages = await gradients('averages', Math.max(...COUNTS) * Math.max(6, draws / 2));
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
