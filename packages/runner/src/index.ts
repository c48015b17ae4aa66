export { planRun, type PlannedRun } from './plan/config.ts';
export {
  grid,
  overlay,
  parseOverride,
  planExperiment,
  runsOf,
  scaleOf,
  type Arm,
  type Experiment,
  type ExperimentRun,
  type Labels,
  type ConfigPatch,
  type Scale,
} from './plan/experiment.ts';
export { editorSchema } from './plan/editor-schema.ts';
export { experimentFileSchema, parseExperiment, type FileReport } from './plan/experiment-file.ts';
export { openPreparer, type Places, type Prepared } from './session/prepare.ts';
export { workOf } from './sweep/queue.ts';
export { runOne, type Ended, type RunArgs, type RunOutcome } from './run/run.ts';
export { readoutProgram, type Readout } from './read/readout.ts';
export { surroundingsOf } from './run/surroundings.ts';
export { sweep, type SweepArgs } from './sweep/sweep.ts';
export type { Reused, SweepEvents, SweepOutcome, SweepPlan, SweepSummary } from './sweep/tally.ts';
export { Cancelled, Diverged, type Progress } from './train/train.ts';
export { openWorkshop, type Workshop } from './session/workshop.ts';
