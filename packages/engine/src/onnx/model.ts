import type { HostArray } from '../engine.ts';
import { reachable, type Attr, type Data, type ElementType, type Node, type Value } from '../graph/graph.ts';
import { bytes, float, int, message, packed, textField, type Bytes } from './proto.ts';

/** ONNX opset written, and the version of the file format that goes with it. */
const OPSET = 20;
const IR_VERSION = 9;

/** Numbers of element types in onnx.proto3 (TensorProto.DataType). */
const TYPE: { readonly [dtype in ElementType]: number } = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** What a written model needs to be run: the bytes, and which inputs are really used. */
export type OnnxModel = { readonly bytes: Bytes; readonly inputs: readonly string[]; readonly nodes: readonly Node[] };

/** What a file that leaves this program has beyond its graph. */
export type Standalone = {
  /** Numbers of inputs that are written into the file instead of being asked for. */
  readonly stored: { readonly [input: string]: HostArray };
  /** Words for people and programs, shown by every ONNX viewer. */
  readonly metadata: { readonly [key: string]: string };
};

/**
 * Writes the part of a graph that its outputs need as one ONNX file. Names are positions, so equal
 * graphs give equal bytes. Inputs and outputs keep their names, behind a prefix unless the file is
 * to stand alone.
 */
export function writeModel(outputs: { readonly [name: string]: Value }, standalone?: Standalone): OnnxModel {
  const [nameIn, nameOut] = standalone ? [asIs, asIs] : [inputName, outputName];
  const { stored = {}, metadata = {} } = standalone ?? {};
  const nodes = reachable(Object.values(outputs));
  const names = new Map<Value, string>();
  const inputs: Value[] = [];
  const constants: { readonly value: Value; readonly data: Data }[] = [];
  const name = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const { def } = value;
    const fresh = def.kind === 'input' ? nameIn(def.name) : `v${names.size}`;
    names.set(value, fresh);
    if (def.kind === 'input') inputs.push(value);
    if (def.kind === 'constant') constants.push({ value, data: def.data });
    return fresh;
  };
  const body = nodes.map((node, index) =>
    nodeProto(node.op, node.inputs.map(name), node.outputs.map(name), node.attrs, node.domain, `${node.op}_${index}`),
  );
  // Every output is its own copy-free name: an Identity also covers outputs that are inputs,
  // constants or each other.
  const ends = Object.entries(outputs).map(([output, value]) =>
    nodeProto('Identity', [name(value)], [nameOut(output)], {}, '', `out_${output}`),
  );
  const isStored = ({ def }: Value): boolean => def.kind === 'input' && stored[def.name] !== undefined;
  const asked = inputs.filter((value) => !isStored(value));
  const graph = message(7, [
    ...[...body, ...ends].map((node) => bytes(1, node)),
    textField(2, 'step'),
    ...constants.map(({ value, data }) => bytes(5, tensorProto(value, data, name(value)))),
    ...inputs.filter(isStored).map((value) => bytes(5, tensorProto(value, stored[name(value)]!.data, name(value)))),
    ...asked.map((value) => bytes(11, valueInfo(name(value), value))),
    ...Object.entries(outputs).map(([output, value]) => bytes(12, valueInfo(nameOut(output), value))),
  ]);
  const opsets = [
    message(8, [textField(1, ''), int(2, OPSET)]),
    message(8, [textField(1, 'com.microsoft'), int(2, 1)]),
  ];
  const words = Object.entries(metadata).map(([key, value]) => message(14, [textField(1, key), textField(2, value)]));
  const used = asked.map(({ def }) => (def.kind === 'input' ? def.name : ''));
  return { bytes: Buffer.concat([int(1, IR_VERSION), ...opsets, graph, ...words]), inputs: used, nodes };
}

const asIs = (name: string): string => name;

/** Name of an input in the file. */
export const inputName = (name: string): string => `in:${name}`;
/** Name of an output in the file. */
export const outputName = (name: string): string => `out:${name}`;

function nodeProto(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attrs: Node['attrs'],
  domain: string,
  name: string,
): Bytes {
  return Buffer.concat([
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name),
    textField(4, op),
    ...Object.entries(attrs).map(([key, attr]) => message(5, attribute(key, attr))),
    ...(domain ? [textField(7, domain)] : []),
  ]);
}

function attribute(name: string, attr: Attr): readonly Bytes[] {
  if ('float' in attr) return [textField(1, name), float(2, attr.float), int(20, 1)];
  if ('int' in attr) return [textField(1, name), int(3, attr.int), int(20, 2)];
  if ('ints' in attr) return [textField(1, name), ...attr.ints.map((value) => int(8, value)), int(20, 7)];
  if ('type' in attr) return [textField(1, name), int(3, TYPE[attr.type]), int(20, 2)];
  return [textField(1, name), textField(4, attr.string), int(20, 3)];
}

function tensorProto(value: Value, data: Data, name: string): Bytes {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([packed(1, value.shape), int(2, TYPE[value.dtype]), textField(8, name), bytes(9, raw)]);
}

function valueInfo(name: string, value: Value): Bytes {
  const dims = value.shape.map((dim) => message(1, [int(1, dim)]));
  const tensor = message(1, [int(1, TYPE[value.dtype]), message(2, dims)]);
  return Buffer.concat([textField(1, name), message(2, [tensor])]);
}
