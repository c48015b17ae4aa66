import type { PureFunction } from '../engine.ts';
import { trace } from '../trace/trace.ts';
import type { GraphPass, Value } from '../graph/graph.ts';
import { fuse } from '../graph/fuse.ts';
import { withStored } from '../graph/stored.ts';
import { writeModel, type OnnxModel } from './model.ts';

/** A function compiled for one set of input shapes. */
export type Compiled = {
  readonly model: OnnxModel;
  readonly outputs: { readonly [path: string]: Value };
  /** The record that the function gave, with symbolic values as leaves. */
  readonly structure: object;
};

/**
 * Traces a function and writes it as an ONNX file. With `twice` it is traced again and must give
 * the same file: what JavaScript draws or counts while it runs (tf.dropout, a step counter) would
 * otherwise be frozen unnoticed.
 * @throws an Error that says what differed, or what the trace refused
 */
export function compileFunction<In extends object, Out extends object>(
  fn: PureFunction<In, Out>,
  signature: object,
  { twice, without = [] }: { readonly twice: boolean; readonly without?: readonly GraphPass[] },
): Compiled {
  const once = (): Compiled => {
    const { graph, outputs: recorded, structure } = trace(fn, signature, without);
    const outputs = withStored(graph, fuse(graph, recorded));
    return { model: writeModel(outputs), outputs, structure };
  };
  const compiled = once();
  if (!twice) return compiled;
  const { model: again } = once();
  if (!Buffer.from(compiled.model.bytes).equals(again.bytes)) throw new Error(difference(compiled.model, again));
  return compiled;
}

function difference(first: OnnxModel, second: OnnxModel): string {
  const impure =
    'the function is not pure: traced twice, it recorded two different programs. ' +
    'Masks, learning rate and counters must be inputs';
  for (let i = 0; i < Math.max(first.nodes.length, second.nodes.length); i += 1) {
    const [node, other] = [first.nodes[i], second.nodes[i]];
    if (!node || other?.op !== node.op)
      return `${impure} (operator ${i} was ${node?.op ?? 'none'}, then ${other?.op ?? 'none'})`;
    for (const [j, { def, shape }] of node.inputs.entries()) {
      const twin = other.inputs[j]?.def;
      if (def.kind !== 'constant' || twin?.kind !== 'constant') continue;
      if (def.data.length !== twin.data.length || def.data.some((value, at) => value !== twin.data[at])) {
        return `${impure} (a constant of shape [${shape.join(', ')}] used by ${node.op} changed)`;
      }
    }
  }
  return `${impure}.`;
}
