export { BadInput } from './bad-input.ts';
export { catalogue, entry } from './catalogue.ts';
export { runConfigSchema, trainSchema, type RunConfig, type TrainConfig } from './config.ts';
export type { Catalogue, Citation, Entry, Named } from './entry.ts';
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
