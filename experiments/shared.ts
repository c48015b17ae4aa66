import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import { hiddenKeyAboveLora, klTerm } from './margins.ts';

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
