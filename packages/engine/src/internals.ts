/**
 * What benchmarks and scripts take apart. Packages import each other through their index alone;
 * lint keeps it so.
 */
export { fuse } from './graph/fuse.ts';
export { createGraph, PASSES, type Graph, type GraphPass, type Value } from './graph/graph.ts';
export { onnxEngine } from './onnx/engine.ts';
export { inputName, outputName, writeModel, type OnnxModel } from './onnx/model.ts';
export { openGraph, type Fusion } from './onnx/session.ts';
export { startTrace } from './trace/backend.ts';
export { trace } from './trace/trace.ts';
