import type { Claim, Margin, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { acrossSets, differenceFigures, ensembleBetter, hiddenKeyHelps, klHelps, methodTables } from '../shared.ts';
import { embedded, quick, smoke } from '../embedded.ts';
import { calibrationMargin, lossMargin, onePoint } from '../margins.ts';
import { arms, controlNames, tuningOf } from './arms.ts';

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
const none = named('none');
const controls = controlNames.map(named);

/** LoRA Dropout does better than another arm. */
const better = (
  said: Pick<Claim, 'id' | 'text' | 'source'>,
  than: ReportArm,
  by: { readonly metric: string; readonly margin: Margin } = { metric: 'score', margin: onePoint },
): Claim => ({ ...said, test: { kind: 'better', arm: dropout, than: [than], ...by } });

const claims: readonly Claim[] = [
  {
    ...better(
      {
        id: 'lora-dropout-helps',
        text: 'LoRA Dropout is above plain LoRA',
        source: 'LoRA Dropout, Tables 1 and 2',
      },
      none,
    ),
    controls,
  },
  {
    ...better(
      {
        id: 'lora-dropout-loss',
        text: 'LoRA Dropout has a lower loss than plain LoRA',
        source: 'LoRA Dropout, Theorem 4.1: a smaller gap between training and test',
      },
      none,
      { metric: 'nll', margin: lossMargin },
    ),
    controls,
  },
  {
    ...better(
      {
        id: 'lora-dropout-calibrates',
        text: 'LoRA Dropout lowers the calibration error',
        source: 'LoRA Dropout, Table 4 and Figure 3',
      },
      none,
      { metric: 'ece', margin: calibrationMargin },
    ),
    controls,
  },
  better(
    {
      id: 'above-lora-input',
      text: 'LoRA Dropout is above dropout on the input of the branch',
      source: 'a control of ours: what LoRA’s own dropout gives',
    },
    named('lora-input'),
  ),
  better(
    {
      id: 'more-samples',
      text: 'Four samples a step do better than one',
      source: 'LoRA Dropout, Figure 5 right',
    },
    named('lora-dropout, N = 1'),
  ),
  ensembleBetter(dropout, 'single-members'),
  ensembleBetter(dropout, 'deterministic'),
  ensembleBetter(dropout, 'mean-field'),
  { ...hiddenKeyHelps(named('hiddenkey'), none), controls },
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
      arms: acrossSets(arms, sets),
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
      ...methodTables(none),
      {
        kind: 'ensemble',
        name: 'score-against-m',
        title: 'Score against the size of the ensemble',
        metrics: ['score', 'nll', 'ece'],
        arms: [dropout],
      },
    ],
    figures: [
      ...differenceFigures(none),
      {
        kind: 'reliability',
        name: 'reliability',
        title: 'Confidence against accuracy',
        arms: [none, dropout, named('hiddenkey')],
      },
      { kind: 'pareto', name: 'cost', title: 'Cost against quality', cost: 'train-seconds', metric: 'nll' },
    ],
  },
};
