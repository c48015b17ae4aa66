export { BadInput, underKey } from './refuse/bad-input.ts';
export { canonical } from './run/canonical.ts';
export { catalogue, entry } from './catalogue.ts';
export { qaSchema, runConfigSchema, trainSchema, type QaConfig, type RunConfig } from './run/config.ts';
export type { Catalogue, Citation, Entry, Named } from './entry.ts';
export { itemAt, present } from './item.ts';
export { runId, type EntryVersions } from './run/id.ts';
export { messageOf } from './refuse/message.ts';
export { nearest } from './refuse/nearest.ts';
export { packageVersion } from './package-version.ts';
export { refuseReserved } from './refuse/reserved.ts';
export { sourcesOf, type Combine, type Share, type StageFrom } from './run/stage.ts';
export { keyNamed, sentence } from './refuse/sentence.ts';
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
} from './run/record.ts';
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
export { curvePointSchema, predictionSchema, runRecordSchema } from './run/record-schema.ts';
export { evaluationAs } from './run/evaluation-as.ts';
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
