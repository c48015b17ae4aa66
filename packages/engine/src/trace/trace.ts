import type * as tf from '@tensorflow/tfjs';
import { onBackend, tidyOrFree } from '../engines/backend.ts';
import type { DType, PureFunction, Storage } from '../engine.ts';
import { createGraph, type Graph, type GraphPass, type Value } from '../graph/graph.ts';
import { flattenTree, rebuild } from '../tree.ts';
import { recording, tensorOf, TRACE, valueOf } from './backend.ts';

/** Type and shape of one input. */
export type InputType = { readonly dtype: DType; readonly shape: readonly number[]; readonly storage?: Storage };

/**
 * A recorded function: its graph, the values that stand for its outputs by path, and the record
 * that it gave.
 */
export type Trace = {
  readonly graph: Graph;
  readonly outputs: { readonly [path: string]: Value };
  readonly structure: object;
};

/**
 * Runs `fn` once on symbolic tensors and records what it does. No arithmetic happens.
 * @param signature a record like the function's inputs, with types and shapes (handles, host
 *   arrays) in the place of tensors
 * @throws an Error that names the kernel when the function reads a tensor, keeps a variable, uses a
 *   tensor from outside, or calls a kernel or attribute that is not compiled; tfjs' scopes and tape
 *   are closed again either way
 */
export function trace<In extends object, Out extends object>(
  fn: PureFunction<In, Out>,
  signature: object,
  without: readonly GraphPass[] = [],
): Trace {
  const graph = createGraph(without);
  return recording(graph, () =>
    onBackend(TRACE, () => {
      const inputs = Object.entries(flattenTree<InputType>(signature)).map(
        ([path, { dtype, shape, storage }]) => [path, graph.input(path, dtype, shape, storage)] as const,
      );
      let recorded: Pick<Trace, 'outputs' | 'structure'> = { outputs: {}, structure: {} };
      tidyOrFree(() => {
        const tensors = inputs.map(([path, value]) => [path, tensorOf(value)] as const);
        const structure = fn(rebuild<In>(signature, Object.fromEntries(tensors)));
        const outputs = Object.entries(flattenTree<tf.Tensor>(structure)).map(
          ([path, tensor]) => [path, valueOf(tensor, `output "${path}"`)] as const,
        );
        recorded = { outputs: Object.fromEntries(outputs), structure: rebuild(structure, Object.fromEntries(outputs)) };
        return [];
      });
      return { graph, ...recorded };
    }),
  );
}
