import { createHash } from 'node:crypto';
import type { DType, Storage } from '../engine.ts';
import { sizeOf } from '../host.ts';

/**
 * Element types inside a graph; int64 and float64 only serve operators that insist on them, float16
 * and int8 how frozen matrices are kept.
 */
export type ElementType = DType | 'int64' | 'float64' | 'float16' | 'int8';
export type Data = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** One symbolic tensor: its type and shape are known, its numbers only when it is a constant. */
export type Value = {
  readonly id: number;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly def: Def;
};

export type Def =
  | { readonly kind: 'input'; readonly name: string; readonly storage?: Storage }
  | { readonly kind: 'constant'; readonly data: Data }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number };

/** Attribute values as ONNX has them; numbers need their kind said. */
export type Attr =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly type: ElementType };
export type Attrs = { readonly [name: string]: Attr };

const missing = (name: string, kind: string): Error => new Error(`an operator has no attribute ${name} (${kind})`);

/** An attribute that is a floating-point number. Throws where there is none; so do the others. */
export const floatOf = ({ attrs }: Node, name: string): number => {
  const attr = attrs[name];
  if (!attr || !('float' in attr)) throw missing(name, 'float');
  return attr.float;
};

/** An attribute that is a whole number. */
export const intOf = ({ attrs }: Node, name: string): number => {
  const attr = attrs[name];
  if (!attr || !('int' in attr)) throw missing(name, 'int');
  return attr.int;
};

/** An attribute that is a list of whole numbers. */
export const intsOf = ({ attrs }: Node, name: string): readonly number[] => {
  const attr = attrs[name];
  if (!attr || !('ints' in attr)) throw missing(name, 'ints');
  return attr.ints;
};

/**
 * One ONNX operator. `domain` '' is ONNX itself, 'com.microsoft' are ONNX Runtime's own operators.
 */
export type Node = {
  readonly op: string;
  readonly domain: '' | 'com.microsoft';
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
  readonly outputs: readonly Value[];
};

type Type = { readonly dtype: ElementType; readonly shape: readonly number[] };

/**
 * What simplifies a graph while it is recorded or afterwards. bench/step/passes.ts switches each
 * off in turn, to see what it is worth.
 */
export const PASSES = [
  'common',
  'lazy',
  'reshapes',
  'numbers',
  'factors',
  'linear',
  'alpha',
  'addition',
  'gelu',
] as const;
export type GraphPass = (typeof PASSES)[number];

/**
 * Everything recorded so far. The same operator on the same values is recorded once (common
 * subexpressions).
 */
export type Graph = {
  /** Whether a pass is on; all are unless a measurement leaves one out. */
  readonly does: (pass: GraphPass) => boolean;
  readonly input: (name: string, dtype: ElementType, shape: readonly number[], storage?: Storage) => Value;
  readonly constant: (dtype: ElementType, shape: readonly number[], data: Data) => Value;
  /**
   * Records an operator with several results. Prefer the builders of algebra.ts, which simplify
   * first.
   */
  readonly emitAll: (
    op: string,
    inputs: readonly Value[],
    attrs: Attrs,
    types: readonly Type[],
    domain?: Node['domain'],
  ) => readonly Value[];
  /** Records an operator with one result. */
  readonly emit: (op: string, inputs: readonly Value[], type: Type, attrs?: Attrs, domain?: Node['domain']) => Value;
};

/**
 * An empty graph. Values are numbered in order of creation, so equal recordings give equal files.
 */
export function createGraph(without: readonly GraphPass[] = []): Graph {
  const does: Graph['does'] = (pass) => !without.includes(pass);
  let count = 0;
  const known = new Map<string, readonly Value[]>();
  const value = (type: Type, def: Def): Value => ({ id: count++, dtype: type.dtype, shape: [...type.shape], def });

  const input: Graph['input'] = (name, dtype, shape, storage) =>
    value({ dtype, shape }, { kind: 'input', name, ...(storage === undefined ? {} : { storage }) });

  const constant: Graph['constant'] = (dtype, shape, data) => {
    if (data.length !== sizeOf(shape))
      throw new Error(`constant: ${data.length} numbers for shape [${shape.join(', ')}]`);
    return remember(`${dtype} ${shape.join()} ${digest(data)}`, () => [
      value({ dtype, shape }, { kind: 'constant', data }),
    ])[0]!;
  };

  const remember = (key: string, make: () => readonly Value[]): readonly Value[] => {
    const found = known.get(key);
    if (found) return found;
    const made = make();
    known.set(key, made);
    return made;
  };

  const emitAll: Graph['emitAll'] = (op, inputs, attrs, types, domain = '') => {
    const given = inputs.map((x) => x.id).join();
    const key = `${domain}:${op}(${given})${JSON.stringify(attrs)}${types.map((t) => t.dtype).join()}`;
    const make = (): readonly Value[] => {
      const outputs: Value[] = [];
      const node: Node = { op, domain, inputs, attrs, outputs };
      types.forEach((type, index) => outputs.push(value(type, { kind: 'node', node, index })));
      return outputs;
    };
    return does('common') ? remember(key, make) : make();
  };

  const emit: Graph['emit'] = (op, inputs, type, attrs = {}, domain = '') =>
    emitAll(op, inputs, attrs, [type], domain)[0]!;

  return { does, input, constant, emitAll, emit };
}

function digest(data: Data): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes.length <= 32 ? bytes.toString('hex') : createHash('sha1').update(bytes).digest('base64');
}

/** The node that computes a value, or undefined for inputs and constants. */
export function nodeOf(value: Value): Node | undefined {
  return value.def.kind === 'node' ? value.def.node : undefined;
}

/**
 * Every node that the outputs need, each after those it depends on: what is not here is dead and
 * never written.
 */
export function reachable(outputs: readonly Value[]): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a long step is tens of thousands of nodes deep.
  const stack: { node: Node; next: number }[] = [];
  const visit = (value: Value): void => {
    const node = nodeOf(value);
    if (node && !seen.has(node)) {
      seen.add(node);
      stack.push({ node, next: 0 });
    }
  };
  for (const output of outputs) {
    visit(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const value = top.node.inputs[top.next];
      top.next += 1;
      if (value) visit(value);
      else order.push(stack.pop()!.node);
    }
  }
  return order.sort((a, b) => a.outputs[0]!.id - b.outputs[0]!.id);
}
