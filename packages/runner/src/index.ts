export { planRun, type PlannedRun } from './config.ts';
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
  type Partial,
  type Scale,
} from './experiment.ts';
export { editorSchema } from './editor-schema.ts';
export { experimentFileSchema, parseExperiment, type FileReport } from './experiment-file.ts';
export { openPreparer, type Places, type Prepared } from './prepare.ts';
export { workOf } from './queue.ts';
export { runOne, type Ended, type RunArgs, type RunOutcome } from './run.ts';
export { readoutProgram, type Readout } from './readout.ts';
export { surroundingsOf } from './surroundings.ts';
export { sweep, type SweepArgs } from './sweep.ts';
export type { Reused, SweepEvents, SweepOutcome, SweepPlan, SweepSummary } from './tally.ts';
export { Cancelled, Diverged, type Progress } from './train.ts';
export { openWorkshop, type Workshop } from './workshop.ts';
