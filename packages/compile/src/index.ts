export type { DType, Engine, EngineName, Handle, HostArray, Program, PureFunction, TensorRecord } from './engine.ts';
export { ENGINES, openBest, openEngine, probeEngines, type EngineOptions, type EngineProbe } from './open.ts';
export { onnxProviders, workerEnvironment } from './onnx/session.ts';
export { onnxFile } from './onnx/export.ts';
export { noGraphicsCard } from './onnx/device.ts';
export { measureSpeed } from './speed.ts';
