import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch } from '@lab/runner';
import { hiddenKeyAboveLora, klTerm, lossMargin } from './margins.ts';

/** Every arm on every data set. */
export const acrossSets = (arms: readonly Arm[], datasets: { readonly [name: string]: ConfigPatch }): readonly Arm[] =>
  Object.entries(datasets).flatMap(([dataset, sizes]) =>
    arms.map(({ labels, config }) => ({
      labels: { dataset, ...labels },
      config: { ...config, dataset: { name: dataset, ...sizes } },
    })),
  );

/** Other ways to test the weights of an ensemble of masks. */
const otherReadouts = {
  deterministic: {
    id: 'ensemble-above-deterministic',
    text: 'The ensemble does better than one deterministic pass of the same weights',
    source: 'LoRA Dropout, Figure 4',
    name: 'deterministic',
  },
  'single-members': {
    id: 'ensemble-below-members',
    text: 'The loss of the ensemble is below the mean loss of its members',
    source: 'LoRA Dropout, Theorem 4.5',
    name: 'its members one by one',
  },
  'mean-field': {
    id: 'ensemble-above-mean-field',
    text: 'The ensemble does better than one mean-field pass of the same weights',
    source: 'a control of ours: a pass that costs one evaluation',
    name: 'mean-field',
  },
} as const;

/** The ensemble of an arm has a lower loss than another reading of the same weights. */
export const ensembleBetter = (
  of: ReportArm,
  other: keyof typeof otherReadouts,
  readout: 'own' | 'ensemble' = 'ensemble',
): Claim => {
  const { name, ...said } = otherReadouts[other];
  const arm = { ...of, name: 'ensemble', readout };
  const than = [{ ...of, name, readout: other }];
  return { ...said, test: { kind: 'better', arm, than, metric: 'nll', margin: lossMargin } };
};

/** HiddenKey is above plain LoRA. */
export const hiddenKeyHelps = (hiddenKey: ReportArm, lora: ReportArm): Claim => ({
  id: 'hiddenkey-helps',
  text: 'HiddenKey is above plain LoRA',
  source: 'HiddenKey, Table 1',
  test: { kind: 'better', arm: hiddenKey, than: [lora], metric: 'score', margin: hiddenKeyAboveLora },
});

/** HiddenKey is above itself without the KL term. */
export const klHelps = (hiddenKey: ReportArm, minus: ReportArm): Claim => ({
  id: 'kl-helps',
  text: 'The KL term helps: HiddenKey is above HiddenKey-minus',
  source: 'HiddenKey, Table 1',
  test: { kind: 'better', arm: hiddenKey, than: [minus], metric: 'score', margin: klTerm },
});

/** All methods against one, over all runs, by task and over tasks. */
export const methodTables = (baseline: ReportArm): ReportSpec['tables'] => [
  {
    kind: 'compare',
    name: 'methods',
    title: 'All methods',
    baseline,
    metrics: ['score', 'nll', 'nll-scaled', 'ece', 'ece-debiased', 'ece-floor'],
    readouts: ['deterministic', 'own'],
  },
  { kind: 'grid', name: 'by-task', title: 'Score by task', metrics: ['score'], average: true },
  { kind: 'across', name: 'across-tasks', title: 'Over tasks', baseline, metric: 'score' },
];

/** Every method against one, in score for each task and in loss. */
export const differenceFigures = (baseline: ReportArm): ReportSpec['figures'] => [
  {
    kind: 'forest',
    name: 'differences',
    title: 'Paired differences to plain LoRA',
    baseline,
    metric: 'score',
    perTask: true,
  },
  { kind: 'forest', name: 'differences-nll', title: 'Paired differences in NLL', baseline, metric: 'nll' },
];
