export { BadInput } from './bad-input.ts';
export { canonical } from './canonical.ts';
export { catalogue, entry } from './catalogue.ts';
export { runConfigSchema, trainSchema, type RunConfig, type TrainConfig } from './config.ts';
export type { Catalogue, Citation, Entry, Named } from './entry.ts';
export { runId, type EntryVersions } from './id.ts';
export { nearest } from './nearest.ts';
export { sentence } from './sentence.ts';
export type {
  Cost,
  CurvePoint,
  Evaluation,
  Prediction,
  Readout,
  RunRecord,
  RunResult,
  Surroundings,
} from './record.ts';
export { makeFolder, readText, writeWhole } from './store/files.ts';
export { heartbeat, isOurs, leaseTimeout, releaseLease, takeLease, type Lease } from './store/lease.ts';
export {
  checkpointPath,
  failRun,
  finishRun,
  isDone,
  LeaseLost,
  openRun,
  readCurve,
  readFailure,
  readPredictions,
  readRecord,
  runFolder,
  stateOf,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
  type Failure,
  type RunState,
} from './store/store.ts';
