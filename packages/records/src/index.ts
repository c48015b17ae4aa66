export { BadInput } from './bad-input.ts';
export { canonical } from './canonical.ts';
export { catalogue, entry } from './catalogue.ts';
export { runConfigSchema, trainSchema, type RunConfig, type TrainConfig } from './config.ts';
export type { Catalogue, Citation, Entry, Named } from './entry.ts';
export { itemAt, present } from './item.ts';
export { runId, type EntryVersions } from './id.ts';
export { nearest } from './nearest.ts';
export { sentence } from './sentence.ts';
export type {
  Allocation,
  Cost,
  CurvePoint,
  Evaluation,
  Label,
  Labels,
  Prediction,
  Readout,
  RunRecord,
  RunResult,
  Surroundings,
} from './record.ts';
export { digest, makeFolder, readText, setAside, writeWhole } from './store/files.ts';
export { LeaseLost, openRun, pathStep, runFolder } from './store/folder.ts';
export { note } from './store/history.ts';
export {
  heartbeat,
  holdingOf,
  isOurs,
  leaseTimeout,
  releaseLease,
  takeLease,
  type Holding,
  type Lease,
} from './store/lease.ts';
export type { Owner } from './store/owner.ts';
export { readProgress, writeProgress, type ProgressNote } from './store/progress.ts';
export { damageOf, readSeal, unseal, type Seal } from './store/seal.ts';
export { failRun, isDone, readFailure, stateOf, type Failure, type RunState } from './store/states.ts';
export {
  checkpointPath,
  finishRun,
  mendRun,
  readCurve,
  readPredictions,
  readRecord,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
} from './store/store.ts';
