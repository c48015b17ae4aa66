import type { HostArray } from '@lab/compile';

/** A file's tensors and its free text entries. */
export interface Safetensors {
  readonly tensors: { readonly [name: string]: HostArray };
  readonly metadata: { readonly [key: string]: string };
}

const names = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

/**
 * Bytes of a safetensors file: an 8-byte little-endian header length, a JSON header padded with spaces to 8 bytes, then raw data.
 * Tensors are laid out in the order of their names, so equal content gives equal bytes.
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
  readonly data_offsets: readonly [number, number];
}

/** Reads what `writeSafetensors` writes (F32, I32, BOOL). Throws an Error that says what is wrong with the bytes. */
export const readSafetensors = (bytes: Uint8Array): Safetensors => {
  if (bytes.length < 8) throw new Error('shorter than a safetensors header');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) throw new Error('the safetensors header is cut off');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, HeaderEntry>;
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  const tensors = Object.entries(entries as Record<string, HeaderEntry>).map(
    ([name, { dtype, shape, data_offsets }]) => {
      const [from, to] = data_offsets;
      if (8 + length + to > bytes.length) throw new Error(`tensor ${name} is cut off`);
      // A copy: a file's data need not be aligned, and a Buffer's own slice would be a view of the whole pool.
      const { buffer } = new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to));
      if (dtype === 'F32') return [name, { dtype: 'float32', shape, data: new Float32Array(buffer) }] as const;
      if (dtype === 'I32') return [name, { dtype: 'int32', shape, data: new Int32Array(buffer) }] as const;
      if (dtype === 'BOOL') return [name, { dtype: 'bool', shape, data: new Uint8Array(buffer) }] as const;
      throw new Error(`tensor ${name} has the unsupported type ${dtype}`);
    },
  );
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
};
