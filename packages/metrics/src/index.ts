export { average } from './average.ts';
export {
  calibrationError,
  classBets,
  classwiseError,
  equalMass,
  equalWidth,
  topBets,
} from './calibration/calibration.ts';
export type { Bet, ReliabilityBin } from './calibration/calibration.ts';
export { accuracy, brier, confusion, f1, matthews, nll } from './classification.ts';
export { calibrationFloor, debiasedError } from './calibration/calibration-bias.ts';
export { smoothCalibrationError } from './calibration/smooth-calibration.ts';
export { measure } from './measure.ts';
export { aurc, riskCoverage, type RiskPoint } from './calibration/selective.ts';
export { argmax, ensembleLogits, logSoftmaxRow, softmax, type Logits } from './softmax.ts';
export { answerScores, bestThreshold, normaliseAnswer, squadScores } from './answers/squad.ts';
export type { SquadQuestion, SquadScores, Threshold } from './answers/squad.ts';
export { bestSpan, type BestSpan, type SpanRule, type SpanWindow } from './answers/spans.ts';
export { atTemperature, fitTemperature } from './calibration/temperature.ts';
export { bleu } from './text/bleu.ts';
export { cider } from './text/cider.ts';
export { generationScores } from './text/generation.ts';
export { meteor } from './text/meteor.ts';
export { nist } from './text/nist.ts';
export { rougeL } from './text/rouge.ts';
export { ter } from './text/ter.ts';
export { alphanumeric, lowerCase, spaces, tokens13a, type Segment, type Tokenize } from './text/tokens.ts';
export type { TaskKind } from './task.ts';
export { sequenceScores, type SequenceScores, type TaskMatrix } from './sequence.ts';
