import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePointOfSequences } from '../margins.ts';
import type { TaskSequence } from '../sequences.ts';
import { alone, compositionArms, ENSEMBLE, MEAN_HEAD, untrainedNames, without } from './arms.ts';

const title = 'One model of several adapters';
const question =
  'Adapters were trained apart, each on its own task: which way to make one of them serves all tasks best?';

const sites = ['imdb', 'yelp', 'amazon'] as const;

interface Sizes {
  readonly train: number;
  readonly validation: number;
  readonly maxTest: number;
}

/** The same two classes on sentences of three sites, so that heads and answers can be averaged. */
const sentiment = (sizes: Sizes): TaskSequence => ({
  head: 'shared',
  tasks: sites.map((name) => ({ name, dataset: { name, ...sizes } })),
});

const on = (method: string): ReportArm => ({ name: method, where: { method } });
const uniform = on('mean of updates');
const methods = [...untrainedNames, 'MoLE', MEAN_HEAD, ...sites.map(alone), ...sites.map(without), 'joint'];
const others = methods.filter((method) => method !== uniform.name).map(on);

const above = (id: string, text: string, source: string, arm: string, than: string): Claim => ({
  id,
  text,
  source,
  test: { kind: 'better', arm: on(arm), than: [on(than)], metric: 'last', margin: onePointOfSequences },
});

const claims: readonly Claim[] = [
  above(
    'mole-above-mean',
    'Gates that are learnt end above the plain mean of the experts',
    'MoLE (Wu et al. 2024), comparison with uniform weights',
    'MoLE',
    'mean of updates',
  ),
  above(
    'mole-above-arithmetic',
    'Gates that are learnt end above the sum of the experts',
    'MoLE (Wu et al. 2024), comparison with linear arithmetic',
    'MoLE',
    'task arithmetic',
  ),
  above(
    'mole-above-ensemble',
    'Gates that are learnt end above the mean of what all experts answer',
    'our question; LoRA ensembles are Wang et al. 2023',
    'MoLE',
    ENSEMBLE,
  ),
  above(
    'ensemble-above-mean',
    'The mean of what all experts answer ends above one answer of their mean',
    'our question; LoRA ensembles are Wang et al. 2023, of one task there',
    ENSEMBLE,
    'mean of updates',
  ),
  above(
    'ties-above-arithmetic',
    'Trimming updates and electing signs ends above their sum',
    'TIES (Yadav et al. 2023), the main comparison',
    'TIES',
    'task arithmetic',
  ),
  above(
    'updates-above-factors',
    'The mean of the updates ends above the product of the mean factors',
    'FFA-LoRA (Sun et al. 2024): why clients’ factors do not average',
    'mean of updates',
    'mean of factors',
  ),
];

export const compositionExperiment: Experiment<ReportSpec> = {
  name: 'composition',
  title,
  question,
  scales: {
    smoke: {
      summary: 'fourteen ways on three tasks, one seed: a minute or two',
      base: { ...smoke, train: { ...smoke.train, epochs: 1 }, members: 0 },
      arms: compositionArms(sentiment({ train: 16, validation: 8, maxTest: 20 }), 1),
      seeds: [0],
    },
    quick: {
      summary: 'fourteen ways on three tasks, six seeds',
      base: { ...quick, train: { ...quick.train, epochs: 6, maxTokens: 24 }, members: 0 },
      arms: compositionArms(sentiment({ train: 120, validation: 20, maxTest: 200 }), 2),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'the same with ten epochs, more sentences and twelve seeds: hours',
      base: { ...embedded, members: 0 },
      arms: compositionArms(sentiment({ train: 200, validation: 50, maxTest: 400 }), 4),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
  },
  report: {
    name: 'composition',
    title,
    question,
    paper:
      'MoLE (Wu et al. 2024); beside it TIES (Yadav et al. 2023), task arithmetic (Ilharco et al. 2023) and ' +
      'LoRA ensembles (Wang et al. 2023)',
    answer: {
      methods: methods.map((method) => ({ name: method, arms: [on(method)] })),
      baseline: uniform.name,
      metric: 'last',
    },
    claims,
    tables: [
      {
        kind: 'compare',
        name: 'across-tasks',
        title: 'Every way, on every task',
        baseline: uniform,
        arms: methods.map(on),
        metrics: ['last', ...sites.map((site) => `task:${site}/accuracy`), 'averaging-error'],
        // Without masks a model has one pass; that of an ensemble of runs is its mean of factors.
        readouts: ['own'],
      },
    ],
    figures: [
      {
        kind: 'forest',
        name: 'against-mean',
        title: 'Mean accuracy over tasks, against the mean of the updates',
        baseline: uniform,
        arms: others,
        metric: 'last',
      },
    ],
  },
};
