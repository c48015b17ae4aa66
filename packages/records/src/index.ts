export { BadInput, underKey } from './bad-input.ts';
export { canonical } from './canonical.ts';
export { catalogue, entry } from './catalogue.ts';
export { qaSchema, runConfigSchema, trainSchema, type QaConfig, type RunConfig } from './config.ts';
export type { Catalogue, Citation, Entry, Named } from './entry.ts';
export { itemAt, present } from './item.ts';
export { runId, type EntryVersions } from './id.ts';
export { messageOf } from './message.ts';
export { nearest } from './nearest.ts';
export { packageVersion } from './package-version.ts';
export { refuseReserved } from './reserved.ts';
export { sourcesOf, type Combine, type Share, type StageFrom } from './stage.ts';
export { keyNamed, sentence } from './sentence.ts';
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
export {
  checksumOf,
  hashFile,
  isReadable,
  largestRead,
  listFolder,
  needBytes,
  readBytes,
  readText,
  statsOf,
} from './disk/read.ts';
export { codeOf, concernsOnly, Refusal, refused } from './disk/refusal.ts';
export {
  copyWhole,
  createWhole,
  digest,
  isUnfinished,
  makeFolder,
  setAside,
  temporaryName,
  writeWhole,
} from './disk/write.ts';
export { curvePointSchema, predictionSchema, runRecordSchema } from './record-schema.ts';
export { LeaseLost, openRun, pathStep, runFolder } from './store/folder.ts';
export { note } from './store/history.ts';
export {
  fenceOf,
  leaseTimeout,
  openLeases,
  type Holding,
  type Lease,
  type Leases,
  type LeaseWorld,
} from './store/lease.ts';
export { ADAPTER_FILES, importFolder, keepImport, readImport, type AdapterFiles } from './store/imports.ts';
export { diskWorld, heartbeat, holdingOf, isOurs, releaseLease, takeLease } from './store/lease-world.ts';
export type { Owner } from './store/owner.ts';
export { readProgress, writeProgress, type ProgressNote } from './store/progress.ts';
export { damageOf, openFinished, readSeal, type Finished, type Seal } from './store/seal.ts';
export { failRun, isDone, readFailure, stateOf, type Failure, type RunState } from './store/states.ts';
export {
  readAdapterFiles,
  readCurve,
  readCurveSoFar,
  readPredictions,
  readRecord,
  readValidation,
} from './store/finished.ts';
export {
  checkpointPath,
  finishRun,
  mendRun,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
} from './store/store.ts';
