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
  type Scale,
} from './plan/experiment.ts';
export type { ConfigPatch } from './plan/patch.ts';
export type { Stage } from './plan/stages.ts';
export { editorSchema } from './plan/editor-schema.ts';
export { parseExperiment, type FileReport } from './plan/experiment-file.ts';
export { baseOf, type Base } from './stages/base.ts';
export { estimatedAdapter, type Estimated } from './read/estimate.ts';
export { openPreparer, type Places, type Prepared } from './session/prepare.ts';
export type { Ended, RunArgs, RunOutcome } from './run/outcome.ts';
export { runOne } from './run/run.ts';
export { surroundingsOf } from './run/surroundings.ts';
export { sweep, type SweepArgs } from './sweep/sweep.ts';
export type { Reused, SweepEvents, SweepOutcome, SweepPlan, SweepSummary } from './sweep/tally.ts';
export { Cancelled, type Progress } from './train/progress.ts';
export { openWorkshop, type Workshop } from './session/workshop.ts';
export { blueprintOf, settingOf, withMethod, type Blueprint, type Setting } from './session/blueprint.ts';
export { sessionWith, type HostOutputs, type Session, type SessionSize } from './session/session.ts';
export { wholeHead } from './session/heads/growing-head.ts';
export { storedSetting, trainedParams } from './session/trained.ts';
export { encodeRows, lengthOf, type Row } from './session/rows/rows.ts';
export { readAll, type Reading, type Readings } from './read/read.ts';
export { shapeOfBatch } from './session/shape.ts';
export { passWith, perturbOf, readoutProgram, type Pass, type PassInputs } from './step/pass.ts';
export { taskLoss, type SampleInputs, type Slope } from './step/objective.ts';
export type { StepInputs } from './step/step.ts';
export { decayVector, initialState, type HostState, type State } from './step/state.ts';
export { ladderOf, type Ladder } from './step/packing.ts';
export { makeBatch, paddedBatch, type Batch, type BatchTensors } from './step/batch.ts';
export { replayMany, type ReplaySummary } from './protocol/halving.ts';
export { notePilots, refusePilots } from './protocol/pilots.ts';
export { settingsPatch, type Knob, type Settings, type TuningPlan } from './protocol/space.ts';
export { searchAll, searchArms, type LossPoint, type TrialTrainer, type TunedArm } from './protocol/tune.ts';
export { readTuning, tunedExperiment, tuningPath, writeTuning, type Tuning } from './protocol/tuning-file.ts';
export { searchLoss } from './train/curve.ts';
export {
  copyProtocol,
  deviations,
  protocolIn,
  readProtocol,
  registrationOf,
  writeProtocol,
  type Protocol,
  type RegisteredClaim,
  type Registration,
} from './protocol/protocol.ts';
export { TRAIN_SAMPLE } from './run/train-sample.ts';
