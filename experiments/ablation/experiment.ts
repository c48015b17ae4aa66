import type { ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onDeberta } from '../recipes/deberta.ts';
import { onMiniLm } from '../recipes/minilm.ts';
import { onePoint } from '../margins.ts';

const where = (training: 'both' | 'test') => ({
  dropout: { name: 'lora-dropout', p: 0.3, samples: 4, where: training },
});

/**
 * Two trainings give all bars: with masks, and without. Which masks are on at test is a matter of
 * the readout.
 */
const arms: readonly Arm[] = [
  { labels: { trained: 'with masks' }, config: where('both') },
  { labels: { trained: 'without masks' }, config: where('test') },
];

const tasks = ['mrpc', 'cola'] as const;
/** Both trainings on both tasks of the figure. */
const onTasks = (on: (task: (typeof tasks)[number]) => ConfigPatch): readonly Arm[] =>
  tasks.flatMap((dataset) =>
    arms.map(({ labels, config }) => ({ labels: { dataset, ...labels }, config: { ...on(dataset), ...config } })),
  );

const masked = { trained: 'with masks' } as const;
const plain = { trained: 'without masks' } as const;
const drop = { name: 'Drop', where: masked, readout: 'ensemble-logits' } as const;
const dropTrainMean = { name: 'Drop_train, mean-field', where: masked, readout: 'mean-field' } as const;
const dropTrainDeterministic = { name: 'Drop_train, deterministic', where: masked, readout: 'deterministic' } as const;
const dropTest = { name: 'Drop_test', where: plain, readout: 'ensemble-logits' } as const;
const noDrop = { name: 'NoDrop', where: plain, readout: 'deterministic' } as const;
const bars = [drop, dropTrainMean, dropTrainDeterministic, dropTest, noDrop];

export const ablationExperiment: Experiment<ReportSpec> = {
  name: 'ablation',
  title: 'Which half of LoRA Dropout helps?',
  question: 'What do the masks in training and the ensemble at test each contribute?',
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms, seeds: [0] },
    quick: { summary: 'two trainings, six seeds', base: quick, arms, seeds: [0, 1, 2, 3, 4, 5] },
    embedded: { summary: 'two trainings, eight seeds', base: embedded, arms, seeds: [0, 1, 2, 3, 4, 5, 6, 7] },
    real: {
      summary: 'MRPC and CoLA with MiniLM, six seeds: --data-dir, --weights, a night on two cores',
      base: {},
      arms: onTasks(onMiniLm),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    paper: {
      summary: 'MRPC and CoLA with DeBERTaV3-base, five seeds: --data-dir, --weights, and a GPU',
      base: {},
      arms: onTasks(onDeberta),
      seeds: [0, 1, 2, 3, 4],
    },
  },
  report: {
    name: 'ablation',
    title: 'Which half of LoRA Dropout helps?',
    question: 'What do the masks in training and the ensemble at test each contribute?',
    paper: 'LoRA Dropout (Lin et al. 2024), Figure 4',
    claims: [
      {
        id: 'both-above-training-only',
        text: 'The ensemble adds to training with masks: Drop is above Drop_train',
        source: 'LoRA Dropout, Figure 4',
        test: { kind: 'better', arm: drop, than: [dropTrainMean], metric: 'score', margin: onePoint },
      },
      {
        id: 'both-above-none',
        text: 'LoRA Dropout is above plain LoRA: Drop is above NoDrop',
        source: 'LoRA Dropout, Figure 4',
        test: { kind: 'better', arm: drop, than: [noDrop], metric: 'score', margin: onePoint },
      },
      {
        id: 'test-only-hurts',
        text: 'Masks at test alone hurt: Drop_test is below NoDrop',
        source: 'LoRA Dropout, Figure 4',
        test: { kind: 'worse', arm: dropTest, than: [noDrop], metric: 'score', margin: onePoint },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'ablation',
        title: 'Ablation',
        baseline: noDrop,
        metrics: ['score', 'nll', 'nll-scaled', 'ece', 'ece-debiased', 'ece-floor'],
        readouts: ['own'],
        arms: bars,
        differs: 'the paper does not say how Drop_train is tested; both ways are shown',
      },
    ],
    figures: [
      {
        kind: 'bars',
        name: 'figure-4',
        title: 'Drop, Drop_train, Drop_test, NoDrop',
        metric: 'score',
        baseline: noDrop,
        arms: bars,
      },
    ],
  },
};
