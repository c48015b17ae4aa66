import { tf } from '@lab/engine';
import { assert, beforeAll, describe, expect, it } from 'vitest';
import { lawOf, mapMoment, methods, planMasks } from '../src/index.ts';
import type { Law, Noise, PlannedMask } from '../src/index.ts';
import { lawComplaints } from './check-law.ts';
import { build, context, DEPTH, noiseOf, points, root, uses } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const label = ({ site, structure, compensation, scope, law = 'bernoulli' }: Noise): string =>
  `${site} ${structure} ${compensation} ${scope} ${law}`;

const planOf = (noise: Noise): PlannedMask => {
  const [planned] = planMasks([noise], uses, DEPTH);
  if (!planned) throw new Error(`${label(noise)} plans nothing`);
  return planned;
};

describe.each([false, true])('every point of the framework: drawn masks against their law, causal: %s', (causal) => {
  const reached = points.filter(({ site }) => !causal || site.startsWith('attention'));
  it.each(reached.map((noise) => [label(noise), noise] as const))('%s', (_label, noise) => {
    expect(lawComplaints(planOf(noise), { ...context, causal })).toEqual([]);
  });
});

/**
 * What a method masks in training and at test, at its defaults, and at p = .3 where it has a rate.
 */
const noiseOfMethod = (name: string): readonly Noise[] => {
  const options = 'p' in methods.find(name).options.shape ? [{}, { p: 0.3 }] : [{}];
  return options.flatMap((given) => {
    const { noise, testNoise = [] } = build(name, given);
    return [...noise, ...testNoise];
  });
};

const noisy = methods.names.filter((name) => planMasks(noiseOfMethod(name), uses, DEPTH).length > 0);

/** A planned mask whose law is changed. */
const withLaw = (planned: PlannedMask, change: Partial<Law>): PlannedMask => ({
  ...planned,
  law: { ...planned.law, ...change },
});

describe('every method of the catalogue', () => {
  it.each(noisy)('%s: drawn masks have the mean and variance that their law states', (name) => {
    for (const planned of planMasks(noiseOfMethod(name), uses, DEPTH))
      expect(lawComplaints(planned, context), label(planned.noise)).toEqual([]);
  });

  // The test of the test: without it a checker that accepts everything would pass above.
  it.each(noisy)('%s: a law that states another mean or variance is rejected', (name) => {
    const [planned] = planMasks(noiseOfMethod(name), uses, DEPTH).filter(({ noise }) => noise.p === 0.3);
    const [first] = noiseOfMethod(name);
    assert(first);
    const tested = planned ?? planOf({ ...first, p: 0.3 });
    const { mean, variance } = tested.law;
    expect(lawComplaints(withLaw(tested, { mean: mapMoment(mean, (m) => 1.15 * m) }), context)).toContain('mean');
    expect(lawComplaints(withLaw(tested, { variance: mapMoment(variance, (v) => 1.3 * v) }), context)).toContain(
      'variance',
    );
  });
});

describe('a law that draws or applies something else is rejected', () => {
  const coins = planOf(noiseOf({ site: 'ffn.hidden', structure: 'element' }));

  it('coins of another rate', () => {
    const { draw } = coins.law;
    const other = withLaw(coins, { draw: (key, spec) => draw(key, { ...spec, p: spec.p + 0.05 }) });
    expect(lawComplaints(other, context)).toContain('mean');
  });

  it('coins that fall together', () => {
    const { draw } = coins.law;
    const other = withLaw(coins, {
      draw: (key, spec) => {
        const { shape, data } = draw(key, spec);
        return { dtype: 'bool', shape, data: new Uint8Array(data.length).fill(data[0] ?? 1) };
      },
    });
    expect(lawComplaints(other, context)).toEqual(['independence']);
  });

  it('a compensation that is stated and not applied', () => {
    const inverse = lawOf({ site: 'ffn.hidden', structure: 'element', compensation: 'inverse' });
    expect(lawComplaints(withLaw(coins, { mean: inverse.mean }), context)).toContain('mean');
  });
});

it('kept attention weights are divided so that they sum to one', () => {
  for (const noise of points.filter(({ compensation }) => compensation.startsWith('normalised'))) {
    const planned = planOf(noise);
    const drawn = planned.law.draw(root, { site: noise.site, shape: planned.maskShape, p: 0.3, context });
    const weights = tf.softmax(
      tf
        .range(0, 3 * 2 * 5 * 5)
        .reshape([3, 2, 5, 5])
        .mod(7),
      -1,
    );
    const out = planned.law.apply(weights, tf.tensor(drawn.data, [...drawn.shape], drawn.dtype), 0.3);
    for (const sum of tf.sum(out, -1).dataSync()) expect(sum).toBeCloseTo(1, 5);
  }
});
