import { closeSync, fstatSync, openSync } from 'node:fs';
import { BadInput, messageOf } from '@lab/records';
import { cursorOf, type ByteCursor } from './cursor.ts';
import { GGUF_TYPE_NAMES, GGUF_TYPES, type GgufType } from './types.ts';

/** A metadata value. 64-bit integers are numbers below 2^53. */
export type GgufValue = string | number | boolean | readonly GgufValue[];

/**
 * Where one tensor lies in the file. `shape` is row-major, as safetensors has it; `from` and `to`
 * are bytes of the file.
 */
export interface GgufTensor {
  readonly type: GgufType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What stands before the numbers of a GGUF file. */
export interface GgufHeader {
  readonly file: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

interface Reader {
  /** Least bytes that a value takes. */
  readonly bytes: number;
  readonly read: (cursor: ByteCursor) => GgufValue;
}

const number = (bytes: number, read: (view: DataView) => number): Reader => ({
  bytes,
  read: (cursor) => read(cursor.view(bytes)),
});

/** Readers of metadata values, by the type's number. Arrays are number 9, below. */
const READERS: { readonly [type: number]: Reader | undefined } = {
  0: number(1, (v) => v.getUint8(0)),
  1: number(1, (v) => v.getInt8(0)),
  2: number(2, (v) => v.getUint16(0, true)),
  3: number(2, (v) => v.getInt16(0, true)),
  4: number(4, (v) => v.getUint32(0, true)),
  5: number(4, (v) => v.getInt32(0, true)),
  6: number(4, (v) => v.getFloat32(0, true)),
  7: { bytes: 1, read: (cursor) => cursor.view(1).getUint8(0) !== 0 },
  8: { bytes: 8, read: (cursor) => cursor.text() },
  10: { bytes: 8, read: (cursor) => cursor.u64() },
  11: number(8, (v) => Number(v.getBigInt64(0, true))),
  12: number(8, (v) => v.getFloat64(0, true)),
};
const ARRAY = 9;

const readValue = (cursor: ByteCursor, file: string): GgufValue => {
  const type = cursor.u32();
  const inner = type === ARRAY ? cursor.u32() : type;
  const reader = READERS[inner];
  if (!reader) throw new BadInput(`${file}: its metadata has a value of unknown type ${inner}`);
  if (type !== ARRAY) return reader.read(cursor);
  return Array.from({ length: cursor.count(reader.bytes) }, () => reader.read(cursor));
};

/** Most dimensions of a tensor. */
const MAX_DIMENSIONS = 4;

interface Entry {
  readonly name: string;
  readonly type: GgufType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly offset: number;
}

const readEntry = (cursor: ByteCursor, file: string): Entry => {
  const name = cursor.text();
  const dimensions = cursor.u32();
  if (dimensions > MAX_DIMENSIONS) throw new BadInput(`${file}: tensor ${name} has ${dimensions} dimensions`);
  // The file lists the innermost dimension first.
  const shape = Array.from({ length: dimensions }, () => cursor.u64()).reverse();
  const id = cursor.u32();
  const type = GGUF_TYPES[id];
  const offset = cursor.u64();
  if (!type)
    throw new BadInput(`${file}: tensor ${name} has number type ${id}; allowed: ${GGUF_TYPE_NAMES.join(', ')}`);
  if ((shape.at(-1) ?? 1) % type.numbers !== 0)
    throw new BadInput(`${file}: tensor ${name} of type ${type.name} has rows that are no multiple of ${type.numbers}`);
  const bytes = (shape.reduce((a, b) => a * b, 1) / type.numbers) * type.bytes;
  return { name, type, shape, bytes, offset };
};

const DEFAULT_ALIGNMENT = 32;

const parse = (cursor: ByteCursor, size: number, file: string): GgufHeader => {
  if (size < 24 || cursor.u32() !== 0x46554747) throw new BadInput(`${file}: is not a GGUF file`);
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw new BadInput(`${file}: is GGUF version ${version}; allowed: 2, 3`);
  // A tensor's entry takes 24 bytes or more, a metadata value 13.
  const tensorCount = cursor.count(24);
  const valueCount = cursor.count(13);
  const metadata = new Map(Array.from({ length: valueCount }, () => [cursor.text(), readValue(cursor, file)] as const));
  const entries = Array.from({ length: tensorCount }, () => readEntry(cursor, file));
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 1)
    throw new BadInput(`${file}: "general.alignment" is ${alignment}`);
  const start = Math.ceil(cursor.position() / alignment) * alignment;
  let end = 0;
  for (const { name, offset, bytes } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw new BadInput(`${file}: tensor ${name} overlaps another`);
    end = offset + bytes;
    if (start + end > size)
      throw new BadInput(`${file}: is cut off: tensor ${name} ends at byte ${start + end} of ${size}`);
  }
  const place = ({ type, shape, offset, bytes }: Entry): GgufTensor => ({
    type,
    shape,
    from: start + offset,
    to: start + offset + bytes,
  });
  return { file, metadata, tensors: new Map(entries.map((entry) => [entry.name, place(entry)])) };
};

/**
 * Metadata and tensor places of a GGUF file; no tensor is read. Throws `BadInput` for a broken or
 * cut-off file.
 */
export const readGgufHeader = (file: string): GgufHeader => {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new BadInput(`cannot read ${file}: ${messageOf(error)}`);
  }
  try {
    const { size } = fstatSync(descriptor);
    return parse(cursorOf(descriptor, size, file), size, file);
  } finally {
    closeSync(descriptor);
  }
};
