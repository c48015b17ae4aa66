import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { hiddenKeyHelps, klHelps, methodTables } from '../claims.ts';
import { embedded, quick, smoke } from '../embedded.ts';
import { calibrationMargin, lossMargin, onePoint } from '../margins.ts';
import { across, arms, controlNames, tuningOf } from './arms.ts';

/** Sentences of reviews, and fields of meaning; each test set has at least 687 examples. */
const sets = {
  imdb: { train: 200, validation: 100 },
  yelp: { train: 200, validation: 100 },
  amazon: { train: 200, validation: 100 },
  supersense: { train: 360, validation: 180 },
};

const seeds = Array.from({ length: 12 }, (_, i) => 100 + i);

const named = (method: string): ReportArm => ({ name: method, where: { method } });
const dropout = named('lora-dropout');
const read = (readout: NonNullable<ReportArm['readout']>, name: string): ReportArm => ({ ...dropout, name, readout });
const controls = controlNames.map(named);

const claims: readonly Claim[] = [
  {
    id: 'lora-dropout-helps',
    text: 'LoRA Dropout is above plain LoRA',
    source: 'LoRA Dropout, Tables 1 and 2',
    test: { kind: 'better', arm: dropout, than: [named('none')], metric: 'score', margin: onePoint },
    controls,
  },
  {
    id: 'lora-dropout-loss',
    text: 'LoRA Dropout has a lower loss than plain LoRA',
    source: 'LoRA Dropout, Theorem 4.1: a smaller gap between training and test',
    test: { kind: 'better', arm: dropout, than: [named('none')], metric: 'nll', margin: lossMargin },
    controls,
  },
  {
    id: 'lora-dropout-calibrates',
    text: 'LoRA Dropout lowers the calibration error',
    source: 'LoRA Dropout, Table 4 and Figure 3',
    test: { kind: 'better', arm: dropout, than: [named('none')], metric: 'ece', margin: calibrationMargin },
    controls,
  },
  {
    id: 'above-lora-input',
    text: 'LoRA Dropout is above dropout on the input of the branch',
    source: 'a control of ours: what LoRA’s own dropout gives',
    test: { kind: 'better', arm: dropout, than: [named('lora-input')], metric: 'score', margin: onePoint },
  },
  {
    id: 'more-samples',
    text: 'Four samples a step do better than one',
    source: 'LoRA Dropout, Figure 5 right',
    test: { kind: 'better', arm: dropout, than: [named('lora-dropout, N = 1')], metric: 'score', margin: onePoint },
  },
  {
    id: 'ensemble-below-members',
    text: 'The loss of the ensemble is below the mean loss of its members',
    source: 'LoRA Dropout, Theorem 4.5',
    test: {
      kind: 'better',
      arm: read('ensemble', 'ensemble'),
      than: [read('single-members', 'its members one by one')],
      metric: 'nll',
      margin: lossMargin,
    },
  },
  {
    id: 'ensemble-above-deterministic',
    text: 'The ensemble does better than one deterministic pass of the same weights',
    source: 'LoRA Dropout, Figure 4',
    test: {
      kind: 'better',
      arm: read('ensemble', 'ensemble'),
      than: [read('deterministic', 'deterministic')],
      metric: 'nll',
      margin: lossMargin,
    },
  },
  {
    id: 'ensemble-above-mean-field',
    text: 'The ensemble does better than one mean-field pass of the same weights',
    source: 'a control of ours: a pass that costs one evaluation',
    test: {
      kind: 'better',
      arm: read('ensemble', 'ensemble'),
      than: [read('mean-field', 'mean-field')],
      metric: 'nll',
      margin: lossMargin,
    },
  },
  { ...hiddenKeyHelps(named('hiddenkey'), named('none')), controls },
  klHelps(named('hiddenkey'), named('hiddenkey-minus')),
];

const title = 'The papers’ claims, every method tuned';
const question = 'What are LoRA Dropout and HiddenKey worth when every method, and plain LoRA, has been tuned?';

export const decisiveExperiment: Experiment<ReportSpec> = {
  name: 'decisive',
  title,
  question,
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms, seeds: [0], tuning: tuningOf(2, [1000]) },
    quick: {
      summary: 'six methods and three controls on one data set, twelve seeds: lab tune first',
      base: quick,
      arms,
      seeds,
      tuning: tuningOf(9, [1000, 1001]),
    },
    embedded: {
      summary: 'the same on four data sets, twelve seeds: lab tune first, register with looks',
      base: { ...embedded, members: 4, train: { ...embedded.train, epochs: 6 } },
      arms: across(sets),
      seeds,
      tuning: tuningOf(6, [1000]),
    },
  },
  report: {
    name: 'decisive',
    title,
    question,
    paper: 'LoRA Dropout (Lin et al. 2024) and HiddenKey (Wang et al. 2024)',
    claims,
    tables: [
      ...methodTables(named('none')),
      {
        kind: 'ensemble',
        name: 'score-against-m',
        title: 'Score against the size of the ensemble',
        metrics: ['score', 'nll', 'ece'],
        arms: [dropout],
      },
    ],
    figures: [
      {
        kind: 'forest',
        name: 'differences',
        title: 'Paired differences to plain LoRA',
        baseline: named('none'),
        metric: 'score',
        perTask: true,
      },
      {
        kind: 'forest',
        name: 'differences-nll',
        title: 'Paired differences in NLL',
        baseline: named('none'),
        metric: 'nll',
      },
      {
        kind: 'reliability',
        name: 'reliability',
        title: 'Confidence against accuracy',
        arms: [named('none'), dropout, named('hiddenkey')],
      },
      { kind: 'pareto', name: 'cost', title: 'Cost against quality', cost: 'train-seconds', metric: 'nll' },
    ],
  },
};
