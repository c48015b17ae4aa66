import { onBackend, tidyOrFree } from '../engines/backend.ts';
import type { DType, PureFunction } from '../engine.ts';
import { createGraph, type Graph, type Pass, type Value } from '../graph/graph.ts';
import { recording, tensorOf, TRACE, valueOf } from './backend.ts';

/** Type and shape of each input of a function, by name. */
export type Signature = { readonly [name: string]: { readonly dtype: DType; readonly shape: readonly number[] } };

/** A recorded function: its graph, and the values that stand for its inputs and outputs, by name. */
export type Trace = {
  readonly graph: Graph;
  readonly inputs: { readonly [name: string]: Value };
  readonly outputs: { readonly [name: string]: Value };
};

/**
 * Runs `fn` once on symbolic tensors and records what it does. No arithmetic happens.
 * @throws an Error that names the kernel when the function reads a tensor, keeps a variable, uses a tensor from outside,
 *   or calls a kernel or attribute that is not compiled; tfjs' scopes and tape are closed again either way
 */
export function trace(fn: PureFunction, signature: Signature, without: readonly Pass[] = []): Trace {
  const graph = createGraph(without);
  return recording(graph, () =>
    onBackend(TRACE, () => {
      const inputs = Object.fromEntries(
        Object.entries(signature).map(([name, { dtype, shape }]) => [name, graph.input(name, dtype, shape)]),
      );
      let outputs: Record<string, Value> = {};
      tidyOrFree(() => {
        const tensors = Object.entries(inputs).map(([name, value]) => [name, tensorOf(value)]);
        const results = fn(Object.fromEntries(tensors) as Parameters<PureFunction>[0]);
        outputs = Object.fromEntries(
          Object.entries(results).map(([name, tensor]) => [name, valueOf(tensor, `output "${name}"`)]),
        );
        return [];
      });
      return { graph, inputs, outputs };
    }),
  );
}
