export type { DType, Engine, EngineName, Handle, HostArray, Program, PureFunction, TensorRecord } from './engine.ts';
