import type { HostArray } from '../engine.ts';
import { FLOAT_BYTES, toFloat32 } from './half.ts';

/** A file's tensors and its free text entries. */
export interface Safetensors {
  readonly tensors: { readonly [name: string]: HostArray };
  readonly metadata: { readonly [key: string]: string };
}

const names = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

/**
 * Bytes of a safetensors file: an 8-byte little-endian header length, a JSON header padded with
 * spaces to 8 bytes, then raw data. Tensors are laid out in the order of their names, so equal
 * content gives equal bytes.
 */
export const writeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array => {
  const entries = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    header[name] = { dtype: names[dtype], shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(json, 8);
  let offset = 8 + length;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
};

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly number[];
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseHeader = (text: string): { readonly [name: string]: unknown } => {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new Error('the safetensors header is no JSON');
  }
  if (!isRecord(header)) throw new Error('the safetensors header is no object');
  return header;
};

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((x) => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0);

const checkEntry = (name: string, value: unknown): HeaderEntry => {
  const { dtype, shape, data_offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== 'string' || !isNumbers(shape) || !isNumbers(data_offsets) || data_offsets.length !== 2)
    throw new Error(`tensor ${name} has no dtype, shape and data_offsets`);
  return { dtype, shape, data_offsets };
};

/** Free entries are texts; what else a file has there is left out. */
const textsOf = (metadata: unknown): Safetensors['metadata'] =>
  Object.fromEntries(
    Object.entries(isRecord(metadata) ? metadata : {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );

const toArray = (name: string, { dtype, shape }: HeaderEntry, buffer: ArrayBuffer): HostArray => {
  const known: typeof FLOAT_BYTES = { ...FLOAT_BYTES, I32: 4, BOOL: 1 };
  const bytes = known[dtype];
  if (bytes === undefined)
    throw new Error(`tensor ${name} has the type ${dtype}; allowed: ${Object.keys(known).join(', ')}`);
  const expected = bytes * shape.reduce((a, b) => a * b, 1);
  if (buffer.byteLength !== expected)
    throw new Error(`tensor ${name} has ${buffer.byteLength} bytes; its shape asks for ${expected}`);
  if (dtype === 'I32') return { dtype: 'int32', shape, data: new Int32Array(buffer) };
  if (dtype === 'BOOL') return { dtype: 'bool', shape, data: new Uint8Array(buffer) };
  return { dtype: 'float32', shape, data: toFloat32(new Uint8Array(buffer), dtype) };
};

/**
 * Reads what `writeSafetensors` writes (F32, I32, BOOL), and halves (F16, BF16) as float32. Throws
 * an Error that says what is wrong with the bytes.
 */
export const readSafetensors = (bytes: Uint8Array): Safetensors => {
  if (bytes.length < 8) throw new Error('shorter than a safetensors header');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = 8 + length;
  if (start > bytes.length) throw new Error('the safetensors header is cut off');
  const { __metadata__: metadata = {}, ...entries } = parseHeader(new TextDecoder().decode(bytes.subarray(8, start)));
  const tensors = Object.entries(entries).map(([name, value]): [string, HostArray] => {
    const entry = checkEntry(name, value);
    const [from = 0, to = 0] = entry.data_offsets;
    if (start + to > bytes.length) throw new Error(`tensor ${name} is cut off`);
    // A copy: the data of a file need not be aligned, and a Buffer's own slice would be a view of
    // the whole file.
    return [name, toArray(name, entry, new Uint8Array(bytes.subarray(start + from, start + to)).buffer)];
  });
  return { tensors: Object.fromEntries(tensors), metadata: textsOf(metadata) };
};
