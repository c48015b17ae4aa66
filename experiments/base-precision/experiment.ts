import type { Claim, Margin, ReportSpec } from '@lab/report';
import type { Arm, Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';

const title = 'A frozen base in fewer bits';
const question = 'Does a model learn the same over a base in float16, or with int8 products, as in float32?';
const bases = ['float32', 'float16', 'int8-backward', 'int8'] as const;
const fewer = bases.filter((base) => base !== 'float32');

const arms: readonly Arm[] = bases.map((base) => ({ labels: { base }, config: { base } }));
const across = (sets: readonly string[], size: object): readonly Arm[] =>
  sets.flatMap((dataset) =>
    bases.map((base) => ({ labels: { dataset, base }, config: { base, dataset: { name: dataset, ...size } } })),
  );
const sets = ['imdb', 'yelp', 'amazon'];
const seeds = Array.from({ length: 20 }, (_, seed) => seed);

const arm = (base: string) => ({ name: base, where: { base } });
const margin: Margin = { value: 0.01, from: 'our choice: .01 nats' };
const claims: readonly Claim[] = fewer.map((base) => ({
  id: `${base}-loses-nothing`,
  text: `float32 gains nothing over ${base}`,
  source: 'this repository',
  test: { kind: 'no-gain', arm: arm('float32'), than: arm(base), metric: 'nll', margin },
}));

export const basePrecision: Experiment<ReportSpec> = {
  name: 'base-precision',
  title,
  question,
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms, seeds: [0] },
    quick: {
      summary: 'four ways of keeping the base, three sets, twenty seeds',
      base: { ...quick, members: 0 },
      arms: across(sets, { train: 120, validation: 60, maxTest: 300 }),
      seeds,
    },
    embedded: {
      summary: 'the same with more rows and epochs, and the whole test split',
      base: { ...embedded, members: 0 },
      arms: across(sets, { train: 200, validation: 100 }),
      seeds,
    },
  },
  report: {
    name: 'base-precision',
    title,
    question,
    paper: 'none: what this repository offers beside float32',
    claims,
    tables: [
      {
        kind: 'compare',
        name: 'base-precision',
        title: 'Every base, against float32',
        baseline: arm('float32'),
        arms: bases.map(arm),
        metrics: ['score', 'nll', 'ece'],
      },
    ],
    figures: [],
  },
};
