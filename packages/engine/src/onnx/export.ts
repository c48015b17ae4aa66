import { BadInput } from '@lab/records';
import type { HostArray, PureFunction } from '../engine.ts';
import { fuse } from '../graph/fuse.ts';
import { startTrace } from '../trace/backend.ts';
import { trace, type Signature } from '../trace/trace.ts';
import { writeModel } from './model.ts';

/** A protocol buffer holds less than 2 GiB; the graph itself needs a little. */
const MOST_BYTES = 2 ** 31 - 2 ** 24;

/**
 * A pure function as one ONNX file that runs without this program: `inputs` are asked for under their names and in these shapes, `stored`
 * arrays lie in the file, outputs have the names that the function gives them. An input that the function does not use is left out.
 * @param metadata words kept in the file's own list of properties
 * @throws BadInput when the stored arrays do not fit into one file; an Error that says what the trace refused
 */
export async function onnxFile(
  fn: PureFunction,
  {
    inputs,
    stored,
    metadata = {},
  }: {
    readonly inputs: Signature;
    readonly stored: { readonly [name: string]: HostArray };
    readonly metadata?: { readonly [key: string]: string };
  },
): Promise<Uint8Array> {
  const size = Object.values(stored).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > MOST_BYTES)
    throw new BadInput(`An ONNX file holds less than 2 GiB; these weights take ${(size / 2 ** 30).toFixed(1)} GiB.`);
  await startTrace();
  const { graph, outputs } = trace(fn, { ...inputs, ...stored });
  return writeModel(fuse(graph, outputs), { stored, metadata }).bytes;
}
