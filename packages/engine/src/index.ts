export * as tf from '@tensorflow/tfjs';
export { dot, matMul, orthogonalTo, orthonormal, transposed } from './linear-algebra/dense.ts';
export { adamW, adamWScalars, type AdamWInputs, type AdamWOptions } from './optimisers/adamw.ts';
export { clipByNorm, valueAndGrad } from './tensors/gradient.ts';
export { crossEntropy, logSoftmax, meanSquaredError } from './tensors/loss.ts';
export { loraPro, proGradients } from './optimisers/lora-pro.ts';
export { loraRite, type RiteLimiter } from './optimisers/lora-rite.ts';
export type { LoraPair, PairOptimizer } from './optimisers/pairs.ts';
export { layoutOf, pack, unpack, viewOf, type Layout, type Params, type Slot } from './tensors/params.ts';
export { FLOAT_BYTES, toFloat32 } from './tensors/half.ts';
export { readSafetensors, writeSafetensors, type Safetensors } from './tensors/safetensors.ts';
export { learningRate, type Schedule } from './optimisers/schedule.ts';
export { as1d, as2d, as3d, as4d } from './tensors/rank.ts';
export { recomputed } from './tensors/recomputed.ts';
export { stopGradient } from './tensors/stop-gradient.ts';
export { flattenTree } from './tree.ts';
export { asFloats, floats, hostArray, ints, readFloats, scalar, sizeOf } from './host.ts';
export type {
  BoolHostArray,
  DType,
  Engine,
  EngineName,
  Float32HostArray,
  Handle,
  HostArray,
  InputsOf,
  Int32HostArray,
  Program,
  OutputsOf,
  PureFunction,
  Storage,
  TensorRecord,
} from './engine.ts';
export { STORAGES } from './engine.ts';
export { ENGINES, openBest, openEngine, probeEngines, type EngineOptions, type EngineProbe } from './engines/open.ts';
export { onnxProviders, workerEnvironment } from './onnx/session.ts';
export { onnxFile } from './onnx/export.ts';
export { noGraphicsCard } from './onnx/device.ts';
export { measureSpeed } from './engines/speed.ts';
