import { present } from '@lab/records';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import type { Graph, Value } from '../graph/graph.ts';
import type { KernelAttrs } from './attrs.ts';

/**
 * How one tfjs kernel is written in ONNX: which inputs and attributes it has (no others are
 * accepted), and the recording.
 */
export type Lowering = {
  readonly kernel: string;
  /** Names of the inputs; 'list' for kernels that take any number. */
  readonly inputs: readonly string[] | 'list';
  readonly attrs: readonly string[];
  readonly lower: (g: Graph, inputs: readonly Value[], attrs: KernelAttrs) => Value | readonly Value[];
};

/**
 * A lowering that needs all of its inputs: they come by position. Throws for one that is missing.
 */
export const lowering = <const Names extends readonly string[]>({
  kernel,
  inputs,
  attrs,
  lower,
}: {
  readonly kernel: string;
  readonly inputs: Names;
  readonly attrs: readonly string[];
  readonly lower: (
    g: Graph,
    inputs: { readonly [at in keyof Names]: Value },
    attrs: KernelAttrs,
  ) => Value | readonly Value[];
}): Lowering => ({
  kernel,
  inputs,
  attrs,
  lower: (g, values, given) => {
    const all = inputs.map((name, at) => present(values[at], `kernel ${kernel}: input ${name}`));
    return lower(g, all as { readonly [at in keyof Names]: Value }, given);
  },
});

/**
 * Inputs by position, or a clear error: an attribute nobody reads is a wrong result.
 */
export function checkCall(
  lowering: Lowering,
  inputs: NamedTensorInfoMap,
  attrs: KernelAttrs,
): readonly (TensorInfo | undefined)[] {
  const { kernel } = lowering;
  const unknown = Object.keys(attrs).filter((name) => !lowering.attrs.includes(name));
  const missing = lowering.attrs.filter((name) => !(name in attrs));
  if (unknown.length > 0)
    throw new Error(`kernel ${kernel}: unknown attribute ${unknown.join(', ')}; the compiler would ignore it`);
  if (missing.length > 0) throw new Error(`kernel ${kernel}: attribute ${missing.join(', ')} is missing`);
  if (lowering.inputs === 'list') return Object.values(inputs);
  const given = Object.keys(inputs).filter((name) => inputs[name]);
  const extra = given.filter((name) => !lowering.inputs.includes(name));
  if (extra.length > 0) throw new Error(`kernel ${kernel}: unknown input ${extra.join(', ')}`);
  return lowering.inputs.map((name) => inputs[name]);
}
