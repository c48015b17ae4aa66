import type { ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { ablation } from './ablation/experiment.ts';
import { adapterStudy } from './adapters/experiment.ts';
import { compare } from './compare/experiment.ts';
import { framework } from './framework/experiment.ts';
import { hiddenKeyNlg } from './hiddenkey-nlg/experiment.ts';
import { heterolora } from './heterolora/experiment.ts';
import { sensitivity } from './sensitivity/experiment.ts';

/** Every experiment, in the order of the report. */
export const experiments: readonly Experiment<ReportSpec>[] = [
  sensitivity,
  ablation,
  compare,
  framework,
  heterolora,
  adapterStudy,
  hiddenKeyNlg,
];

export { theoryRuns } from './theory/runs.ts';
