import { fold } from '@lab/random';
import { check, pick } from '../check.ts';
import { objective } from '../dense/lora.ts';
import { allPairs, pairDrawer, masked } from '../dense/masked.ts';
import { plainView } from '../dense/problem.ts';
import { logistic } from '../dense/pointwise.ts';
import { loraStart, sample, teacher } from '../dense/synthetic.ts';
import { dot, plus, times } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { equal } from '../row.ts';
import { estimate, sum } from '../stats.ts';

const sizes = { dIn: 6, dOut: 4, r: 2 };
const p = 0.3;
const COUNTS = [1, 2, 4, 8, 16] as const;
const quantity = 'total variance of the gradient';

const sumOf = (vectors: readonly Float64Array[]): Float64Array => vectors.reduce((a, b) => plus(a, b));

export const gradientVariance = check({
  name: 'gradient-variance',
  group: 'masks',
  claim: 'Averaging N losses over N mask draws divides the variance of the gradient by N.',
  cite: citeLoraDropout('Eq. 7; consequence of independent instances'),
  prediction: 'σ²/N, with σ² from all 1024 mask pairs of a small logistic problem, exactly',
  procedure: 'mean squared distance of the N-sample gradient from the exact expected gradient, p = 0.3',
  limits: 'the variance of the masks alone; what the choice of the mini-batch adds does not fall with N',
  formula: (N: number) => 1 / N,
  perturbed: { change: '1/sqrt(N)', formula: (N: number) => 1 / Math.sqrt(N) },
  measure: (context) => {
    const steps = pick(context, { smoke: 400, quick: 1000 });
    const problem = sample(fold(context.key, 'data'), teacher(context.key, sizes, logistic), 24, 'both');
    const theta = loraStart(fold(context.key, 'start'), problem, 0.7);
    const gradient = (pair: Parameters<typeof masked>[1]) =>
      objective({ ...problem, views: [masked(plainView(problem), pair)] }, theta).grad;
    const every = allPairs(p, sizes.dIn, sizes.dOut).map(({ pair, chance }) => ({ chance, grad: gradient(pair) }));
    const expected = sumOf(every.map(({ chance, grad }) => times(grad, chance)));
    const sigma2 = sum(
      every.map(({ chance, grad }) => {
        const away = plus(grad, expected, -1);
        return chance * dot(away, away);
      }),
    );
    const draw = pairDrawer(p, sizes);
    const perCount = COUNTS.map((N) => {
      const distances = Array.from({ length: steps }, (_, step) => {
        const stream = fold(fold(fold(context.key, `N=${N}`), 'step'), step);
        const grads = Array.from({ length: N }, (_unused, s) => gradient(draw(fold(stream, s))));
        const away = plus(times(sumOf(grads), 1 / N), expected, -1);
        return dot(away, away);
      });
      return { N, ...estimate(distances) };
    });
    return { sigma2, perCount };
  },
  rows: ({ sigma2, perCount }, formula) =>
    perCount.map(({ N, mean, se }) =>
      equal(quantity, { N, model: 'logistic, exact' }, sigma2 * formula(N), mean, { se }),
    ),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Variance of the N-sample gradient',
      axis: 'N',
      xTitle: 'samples N',
      yTitle: quantity,
      logX: true,
      logY: true,
      series: ({ at }) => String(at.model),
    }),
  ],
});
