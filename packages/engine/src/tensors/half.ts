/** Bytes of one number, by safetensors type name. */
export const FLOAT_BYTES: { readonly [dtype: string]: number } = { F32: 4, F16: 2, BF16: 2 };

/** A half-precision number (IEEE 754 binary16) as a float. */
const half = (bits: number): number => {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
};

/** All 65,536 halves: a table is far quicker than computing each. Made at the first use. */
let halves: Float32Array | undefined;
const halfTable = (): Float32Array => (halves ??= Float32Array.from({ length: 0x10000 }, (_, bits) => half(bits)));

/**
 * Little-endian bytes of a safetensors tensor as float32. BF16 is the upper half of a float32; both
 * conversions are exact.
 */
export const toFloat32 = (bytes: Uint8Array, dtype: string): Float32Array => {
  const buffer = bytes.buffer;
  if (dtype === 'F32') {
    return bytes.byteOffset % 4 === 0
      ? new Float32Array(buffer, bytes.byteOffset, bytes.byteLength / 4)
      : new Float32Array(new Uint8Array(bytes).buffer);
  }
  const count = bytes.byteLength / 2;
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  const halfWords = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  const out = new Float32Array(count);
  if (dtype === 'F16') {
    const table = halfTable();
    for (let i = 0; i < count; i++) out[i] = table[halfWords[i]!]!;
  } else {
    const words = new Uint32Array(out.buffer);
    for (let i = 0; i < count; i++) words[i] = halfWords[i]! << 16;
  }
  return out;
};
