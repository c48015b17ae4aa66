import type { ReportArm } from '../src/study/arms/arm.ts';
import type { ReportSpec } from '../src/spec/spec.ts';

const none: ReportArm = { name: 'none', where: { method: 'none' } };
const overP: ReportArm = { name: 'LoRA Dropout', where: { sweep: 'p' } };
const overN: ReportArm = { name: 'LoRA Dropout', where: { sweep: 'N' } };
const best: ReportArm = { name: 'p = 0.3', where: { sweep: 'p', p: 0.3 } };

export const sensitivity: ReportSpec = {
  name: 'sensitivity',
  title: 'Sensitivity to rate, samples and ensemble size',
  question: 'How does the score change with the dropout rate p, the number of samples N and the ensemble size M?',
  paper: 'LoRA Dropout, Figure 5',
  claims: [
    {
      id: 'inverted-u',
      text: 'The score rises with p, then falls',
      source: 'LoRA Dropout, Figure 5',
      test: { kind: 'inverted-u', arm: overP, x: 'p', metric: 'score' },
    },
    {
      id: 'rises-with-n',
      text: 'The score rises with N',
      source: 'LoRA Dropout, Figure 5',
      test: { kind: 'rising', arm: overN, x: 'N', metric: 'score' },
    },
    {
      id: 'ensemble-above-deterministic',
      text: 'The ensemble beats the deterministic pass',
      source: 'LoRA Dropout, Theorem 4.5',
      test: {
        kind: 'better',
        arm: { ...best, name: 'ensemble', readout: 'ensemble' },
        than: [{ ...best, name: 'deterministic', readout: 'deterministic' }],
        metric: 'nll',
      },
    },
  ],
  tables: [
    { kind: 'sweep', name: 'rate', title: 'Score against p', x: 'p', arms: [overP], metrics: ['score', 'nll', 'ece'] },
    {
      kind: 'sweep',
      name: 'samples',
      title: 'Score against N',
      x: 'N',
      arms: [overN],
      metrics: ['score', 'nll', 'ece'],
    },
    { kind: 'ensemble', name: 'members', title: 'Score against M', arms: [best], metrics: ['score', 'nll', 'ece'] },
  ],
  figures: [
    {
      kind: 'sweep',
      name: 'rate',
      title: 'Score against dropout rate',
      x: 'p',
      xTitle: 'dropout rate p',
      arms: [
        { ...overP, name: 'ensemble', readout: 'own' },
        { ...overP, name: 'deterministic', readout: 'deterministic' },
      ],
      metrics: ['score', 'nll', 'ece'],
    },
    {
      kind: 'sweep',
      name: 'samples',
      title: 'Score against N',
      x: 'N',
      xTitle: 'training samples N',
      log: true,
      arms: [overN],
      references: [{ name: 'plain LoRA', where: { method: 'none' } }],
      metrics: ['score', 'nll', 'ece'],
    },
    {
      kind: 'ensemble',
      name: 'members',
      title: 'Score against ensemble size',
      arms: [best],
      metrics: ['score', 'nll', 'ece'],
    },
  ],
};

const drop: ReportArm = { name: 'Drop', where: { variant: 'train' } };
const noDrop: ReportArm = { name: 'NoDrop', where: { variant: 'none' } };
const dropTest: ReportArm = { name: 'Drop_test', where: { variant: 'test' } };
const variants: readonly ReportArm[] = [drop, { ...drop, name: 'Drop_train', readout: 'mean-field' }, dropTest, noDrop];

export const ablation: ReportSpec = {
  name: 'ablation',
  title: 'Which half of LoRA Dropout helps?',
  question: 'What do the masks in training and the ensemble at test each contribute?',
  paper: 'LoRA Dropout, Figure 4',
  claims: [
    {
      id: 'drop-test-below',
      text: 'Masks at test alone hurt: Drop_test is below NoDrop',
      source: 'LoRA Dropout, Figure 4',
      test: { kind: 'worse', arm: dropTest, than: [noDrop], metric: 'score' },
    },
  ],
  tables: [
    {
      kind: 'compare',
      name: 'variants',
      title: 'Ablation',
      arms: variants,
      baseline: noDrop,
      metrics: ['score', 'nll', 'ece'],
    },
  ],
  figures: [{ kind: 'bars', name: 'variants', title: 'Ablation', arms: variants, metric: 'score', baseline: noDrop }],
};

export const compare: ReportSpec = {
  name: 'compare',
  title: 'All methods under one protocol',
  question: 'Which dropout method helps, against plain LoRA, with equal data, init and order of batches?',
  paper: 'HiddenKey, Table 1',
  claims: [
    {
      id: 'kl-helps',
      text: 'The KL term helps',
      source: 'HiddenKey, Table 1',
      test: {
        kind: 'better',
        arm: { name: 'hiddenkey', where: { method: 'hiddenkey' } },
        than: [{ name: 'hiddenkey-minus', where: { method: 'hiddenkey-minus' } }],
        metric: 'score',
      },
    },
  ],
  tables: [
    { kind: 'compare', name: 'methods', title: 'All methods', baseline: none, metrics: ['score', 'nll', 'ece'] },
    {
      kind: 'grid',
      name: 'by-data',
      title: 'Scores by data set',
      arms: [
        { ...none, paper: 'LoRA' },
        { name: 'HiddenKey', where: { method: 'hiddenkey' }, paper: 'HiddenKey' },
        { name: 'HiddenKey-minus', where: { method: 'hiddenkey-minus' }, paper: 'HiddenKey-minus' },
      ],
      metrics: ['score'],
      costs: ['trainable'],
      paper: { paper: 'HiddenKey', table: 'T1' },
    },
    { kind: 'across', name: 'across', title: 'Over data sets', baseline: none, metric: 'score' },
    { kind: 'selection', name: 'selection', title: 'Rules for choosing a checkpoint', metric: 'score' },
    {
      kind: 'versus',
      name: 'versus',
      title: 'HiddenKey against the others',
      arm: { name: 'HiddenKey', where: { method: 'hiddenkey' } },
      against: [
        { ...none, paper: 'LoRA' },
        { name: 'HiddenKey-minus', where: { method: 'hiddenkey-minus' }, paper: 'HiddenKey-minus' },
      ],
      metric: 'score',
      paper: { paper: 'HiddenKey', table: 'T8' },
    },
  ],
  figures: [
    {
      kind: 'forest',
      name: 'forest',
      title: 'Difference to plain LoRA',
      baseline: none,
      metric: 'score',
      perTask: true,
    },
    {
      kind: 'gap',
      name: 'gap',
      title: 'Training and held-out loss',
      arms: [none, { name: 'hiddenkey', where: { method: 'hiddenkey' } }],
      metric: 'loss',
    },
    { kind: 'progress', name: 'progress', title: 'Along training', metrics: ['loss', 'score', 'ece'] },
    {
      kind: 'reliability',
      name: 'reliability',
      title: 'Calibration',
      arms: [
        none,
        { name: 'lora-dropout', where: { method: 'lora-dropout' } },
        { name: 'lora-dropout, deterministic', where: { method: 'lora-dropout' }, readout: 'deterministic' },
      ],
    },
    { kind: 'pareto', name: 'pareto', title: 'Cost and quality', cost: 'train-seconds', metric: 'score' },
    { kind: 'profile', name: 'profile', title: 'Performance profiles', metric: 'score' },
  ],
};

export const framework: ReportSpec = {
  name: 'framework',
  title: 'Position and structure',
  question: 'Which position and structure of dropout help a low-rank adapter?',
  paper: 'HiddenKey, Table 1',
  claims: [
    {
      id: 'column-dropkey',
      text: 'Column is the best structure for DropKey',
      source: 'HiddenKey, Table 1',
      test: {
        kind: 'better',
        arm: { name: 'column', where: { position: 'dropkey', structure: 'column' } },
        than: [
          { name: 'element', where: { position: 'dropkey', structure: 'element' } },
          { name: 'span', where: { position: 'dropkey', structure: 'span' } },
        ],
        metric: 'score',
      },
    },
  ],
  tables: [],
  figures: [
    {
      kind: 'heatmap',
      name: 'framework',
      title: 'Position and structure',
      x: 'structure',
      y: 'position',
      metric: 'score',
      baseline: none,
    },
  ],
};
