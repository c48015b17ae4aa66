export { datasets } from './datasets.ts';
export {
  calibrationError,
  equalMass,
  equalWidth,
  topBets,
  type Bet,
  type ReliabilityBin,
} from './metrics/calibration.ts';
export { measure, metricNames } from './metrics/measure.ts';
export { ensembleLogits, logSoftmax, softmax, type Logits } from './metrics/softmax.ts';
export { distinct, fingerprint } from './shape/fingerprint.ts';
export { overlap, type Overlap } from './shape/overlap.ts';
export type { BuildDataset, Dataset, Example, Sources, Splits, TaskKind } from './types.ts';
export { describe, type Description } from './datasets.ts';
export { hubFetch } from './hub/fetch.ts';
export { lengths, type Lengths } from './shape/lengths.ts';
export type { FetchFile, HubFile } from './types.ts';
