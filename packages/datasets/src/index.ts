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
export { classBets, classwiseError } from './metrics/calibration.ts';
export { aurc, riskCoverage, type RiskPoint } from './metrics/selective.ts';
export {
  answerScores,
  bestThreshold,
  normaliseAnswer,
  squadScores,
  type Asked,
  type SquadScores,
  type Threshold,
} from './metrics/squad.ts';
export { atTemperature, fitTemperature } from './metrics/temperature.ts';
export { bleu } from './metrics/text/bleu.ts';
export { cider } from './metrics/text/cider.ts';
export { generationScores } from './metrics/text/generation.ts';
export { meteor } from './metrics/text/meteor.ts';
export { nist } from './metrics/text/nist.ts';
export { rougeL } from './metrics/text/rouge.ts';
export { ter } from './metrics/text/ter.ts';
export { alphanumeric, lowerCase, spaces, tokens13a, type Segment, type Tokenize } from './metrics/text/tokens.ts';
