import type { ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { acrossSets, differenceFigures, hiddenKeyHelps, klHelps, methodTables } from '../shared.ts';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePoint } from '../margins.ts';

const methods = {
  none: { name: 'none' },
  'lora-input': { name: 'lora-input', p: 0.1 },
  'lora-dropout': { name: 'lora-dropout', p: 0.3, samples: 4 },
  'hiddenkey-minus': { name: 'hiddenkey-minus', p: 0.1 },
  hiddenkey: { name: 'hiddenkey', p: 0.1, lambda: 0.2 },
} as const satisfies { readonly [method: string]: ConfigPatch };

const arms: readonly Arm[] = Object.entries(methods).map(([method, dropout]) => ({
  labels: { method },
  config: { dropout },
}));

const sentences = { train: 200, validation: 100 };

/**
 * Five GLUE tasks from their official files, cut to low resource: 64 training examples a class
 * (STS-B: 128).
 */
const glueTasks = { rte: 64, mrpc: 64, cola: 64, stsb: 128, sst2: 64 } as const;

const onGlue = acrossSets(
  arms,
  Object.fromEntries(
    Object.entries(glueTasks).map(([task, subset]) => [task, { subset, validation: 100, maxTest: 300 }]),
  ),
);

/**
 * The papers' two methods beside plain LoRA, for encoders several times as large as the embedded
 * one; two samples halve the cost.
 */
const large = { ...methods, 'lora-dropout': { ...methods['lora-dropout'], samples: 2 } };

const few = { subset: 64, validation: 60, maxTest: 150 };
const onSmallGlue = acrossSets(
  (['none', 'lora-dropout', 'hiddenkey'] as const).map((method) => ({
    labels: { method },
    config: { dropout: large[method] },
  })),
  { rte: few, mrpc: few, cola: few },
);

const named = (method: string) => ({ name: method, where: { method } }) as const;

export const compareExperiment: Experiment<ReportSpec> = {
  name: 'compare',
  title: 'All methods under one protocol',
  question: 'Which dropout method helps, against plain LoRA, with equal data, start and order of batches?',
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms, seeds: [0] },
    quick: { summary: 'five methods, six seeds', base: quick, arms, seeds: [0, 1, 2, 3, 4, 5] },
    embedded: {
      summary: 'five methods on three data sets, eight seeds: hours on two cores',
      base: embedded,
      arms: acrossSets(arms, { imdb: sentences, yelp: sentences, amazon: sentences }),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
    },
    glue: {
      summary: 'RTE, MRPC, CoLA, STS-B, SST-2 from --data-dir, low resource, six seeds: half an hour on two cores',
      base: { ...embedded, train: { ...embedded.train, epochs: 6, maxTokens: 40 }, members: 4 },
      arms: onGlue,
      seeds: [0, 1, 2, 3, 4, 5],
    },
    'glue-small': {
      summary:
        'RTE, MRPC, CoLA from --data-dir, for a larger encoder: --model minilm, a quarter of an hour on two cores',
      base: {
        ...embedded,
        train: { ...embedded.train, epochs: 4, maxTokens: 48, evalEvery: 4 },
        members: 4,
      },
      arms: onSmallGlue,
      seeds: [0, 1, 2, 3, 4, 5],
    },
  },
  report: {
    name: 'compare',
    title: 'All methods under one protocol',
    question: 'Which dropout method helps, against plain LoRA, with equal data, start and order of batches?',
    paper: 'HiddenKey (Wang et al. 2024), Table 1, and LoRA Dropout (Lin et al. 2024)',
    claims: [
      {
        id: 'lora-dropout-helps',
        text: 'LoRA Dropout is above plain LoRA',
        source: 'LoRA Dropout, Tables 1 and 2',
        test: { kind: 'better', arm: named('lora-dropout'), than: [named('none')], metric: 'score', margin: onePoint },
      },
      hiddenKeyHelps(named('hiddenkey'), named('none')),
      klHelps(named('hiddenkey'), named('hiddenkey-minus')),
    ],
    tables: [
      ...methodTables(named('none')),
      {
        kind: 'deep-ensemble',
        name: 'ensembles',
        title: 'Ensembles of seeds and of masks',
        arms: [named('none')],
        masks: [
          { name: 'LoRA Dropout', where: { method: 'lora-dropout' } },
          { name: 'MC dropout', where: { method: 'lora-input' } },
        ],
        metrics: ['score', 'nll', 'ece'],
        differs:
          'MC dropout is lora-input, trained the same, read with its masks on; members of deep ensembles are ' +
          'the runs of none',
      },
    ],
    figures: [
      ...differenceFigures(named('none')),
      {
        kind: 'gap',
        name: 'figure-1',
        title: 'Training and held-out loss',
        arms: [named('none'), { ...named('lora-dropout'), readout: 'mean-field' }],
        metric: 'loss',
      },
      {
        kind: 'reliability',
        name: 'reliability',
        title: 'Confidence against accuracy',
        arms: [named('none'), named('lora-dropout'), named('hiddenkey')],
      },
      { kind: 'pareto', name: 'cost', title: 'Cost against quality', cost: 'train-seconds', metric: 'nll' },
    ],
  },
};
