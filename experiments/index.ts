import type { ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { basePrecision } from './base-precision/experiment.ts';
import { ablationExperiment } from './ablation/experiment.ts';
import { adapterStudy } from './adapters/experiment.ts';
import { chainsExperiment } from './chains/experiment.ts';
import { compareExperiment } from './compare/experiment.ts';
import { continualExperiment, continualGlue } from './continual/experiment.ts';
import { decisiveExperiment } from './decisive/experiment.ts';
import { compositionExperiment } from './composition/experiment.ts';
import { federatedExperiment } from './federated/experiment.ts';
import { frameworkExperiment } from './framework/experiment.ts';
import { hiddenKeyNlg } from './hiddenkey-nlg/experiment.ts';
import { heterolora } from './heterolora/experiment.ts';
import { hiddenKeyNlu } from './hiddenkey-nlu/experiment.ts';
import { loraDropoutGlue } from './lora-dropout-glue/experiment.ts';
import { loraDropoutInstruct } from './lora-dropout-instruct/experiment.ts';
import { loraDropoutSquad } from './lora-dropout-squad/experiment.ts';
import { sensitivityExperiment } from './sensitivity/experiment.ts';

/** Every experiment, in the order of the report. */
export const experiments: readonly Experiment<ReportSpec>[] = [
  sensitivityExperiment,
  ablationExperiment,
  compareExperiment,
  decisiveExperiment,
  frameworkExperiment,
  heterolora,
  adapterStudy,
  hiddenKeyNlg,
  loraDropoutGlue,
  loraDropoutSquad,
  loraDropoutInstruct,
  hiddenKeyNlu,
  continualExperiment,
  continualGlue,
  chainsExperiment,
  federatedExperiment,
  compositionExperiment,
  basePrecision,
];

export { theoryRuns } from './theory/runs.ts';
