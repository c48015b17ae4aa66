export * as tf from '@tensorflow/tfjs';
export type { DType, Engine, EngineName, Handle, HostArray, Program, PureFunction, TensorRecord } from '@lab/compile';
export type { Params } from './params.ts';
