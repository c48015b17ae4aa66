export { perturbWith, rateInputs } from './apply.ts';
export { methods } from './catalogue.ts';
export { checkNoise, needsKey, refusal } from './check.ts';
export { consistencyLoss } from './consistency.ts';
export { describeMethod, type MethodCard } from './describe.ts';
export { drawMasks } from './draw.ts';
export { keepLaw } from './law.ts';
export { meanFieldScale, mergeFactor } from './mean-field.ts';
export { planMasks } from './plan.ts';
export { rateAt } from './rate.ts';
export type {
  Compensation,
  Consistency,
  DrawContext,
  DrawnMask,
  Dropout,
  Evaluate,
  Layers,
  Noise,
  PlannedMask,
  Rate,
  Schedule,
  Structure,
} from './types.ts';
