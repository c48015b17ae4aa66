export { methods } from './catalogue.ts';
export { consistencyLoss } from './consistency.ts';
export { describeMethod, type DropoutCard } from './describe.ts';
export { lawNames, lawOf, type LawName } from './laws/index.ts';
export { mapMoment, momentOf, type Law, type MaskSpec, type LawMoment } from './laws/law.ts';
export { perturbWith } from './masks/apply.ts';
export { drawMasks } from './masks/draw.ts';
export { meanFieldScale, mergeFactor } from './masks/mean-field.ts';
export { planMasks } from './masks/plan.ts';
export { checkNoise, refusal } from './noise/check.ts';
export { rateAt } from './noise/rate.ts';
export { ownerOf } from './noise/structure.ts';
export type {
  Compensation,
  Consistency,
  DrawContext,
  Dropout,
  Evaluate,
  Layers,
  Noise,
  PlannedMask,
  Rate,
  RateSchedule,
  Structure,
} from './types.ts';
