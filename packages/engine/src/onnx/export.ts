import { BadInput } from '@lab/records';
import type { HostArray, PureFunction } from '../engine.ts';
import { fuse } from '../graph/fuse.ts';
import { startTrace } from '../trace/backend.ts';
import { trace } from '../trace/trace.ts';
import { writeModel } from './model.ts';
import { flattenTree } from '../tree.ts';

/** A protocol buffer holds less than 2 GiB; the graph itself needs a little. */
const MOST_BYTES = 2 ** 31 - 2 ** 24;

/**
 * A pure function as one ONNX file that runs without this program. `inputs` and `stored` are
 * together a record like the function's inputs: what is in `inputs` (types and shapes) is asked for
 * under its path, the arrays in `stored` lie in the file. Outputs have the paths of the function's
 * own. An input that the function does not use is left out.
 * @param metadata words kept in the file's own list of properties
 * @throws BadInput when the stored arrays do not fit into one file; an Error that says what the
 *   trace refused
 */
export async function onnxFile<In extends object, Out extends object>(
  fn: PureFunction<In, Out>,
  {
    inputs,
    stored,
    metadata = {},
  }: {
    readonly inputs: object;
    readonly stored: object;
    readonly metadata?: { readonly [key: string]: string };
  },
): Promise<Uint8Array> {
  const arrays = flattenTree<HostArray>(stored);
  const size = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > MOST_BYTES)
    throw new BadInput(`An ONNX file holds less than 2 GiB; these weights take ${(size / 2 ** 30).toFixed(1)} GiB.`);
  await startTrace();
  const { graph, outputs } = trace(fn, { ...inputs, ...stored });
  return writeModel(fuse(graph, outputs), { stored: arrays, metadata }).bytes;
}
