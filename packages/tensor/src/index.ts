export * as tf from '@tensorflow/tfjs';
export {
  ENGINES,
  openBest,
  measureSpeed,
  noGraphicsCard,
  onnxFile,
  onnxProviders,
  openEngine,
  probeEngines,
  workerEnvironment,
  type DType,
  type Engine,
  type EngineName,
  type EngineOptions,
  type EngineProbe,
  type Handle,
  type HostArray,
  type Program,
  type PureFunction,
  type TensorRecord,
} from '@lab/compile';
export { adamW, adamWDefaults, adamWScalars, type AdamWInputs, type AdamWOptions } from './adamw.ts';
export { clipByNorm, valueAndGrad } from './gradient.ts';
export { crossEntropy, logSoftmax, meanSquaredError } from './loss.ts';
export { loraPro, proGradients } from './optimisers/lora-pro.ts';
export { loraRite } from './optimisers/lora-rite.ts';
export type { LoraPair, PairOptimizer } from './optimisers/pairs.ts';
export { layoutOf, pack, sizeOf, unpack, viewOf, type Layout, type Params, type Slot } from './params.ts';
export { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.ts';
export { learningRate, type Schedule } from './schedule.ts';
export { stopGradient } from './stop-gradient.ts';
