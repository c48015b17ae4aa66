import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats, ints, readSafetensors, writeSafetensors, type HostArray } from '../src/index.ts';

const array = fc
  .tuple(fc.constantFrom('float32', 'int32', 'bool'), fc.array(fc.nat(3), { maxLength: 3 }), fc.nat())
  .map(([dtype, shape, fill]): HostArray => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: size }, (_, i) => fill + i);
    if (dtype === 'float32') return floats(Float32Array.from(values), shape);
    if (dtype === 'int32') return ints(Int32Array.from(values), shape);
    return { dtype, shape, data: Uint8Array.from(values, (v) => v % 2) };
  });

const name = fc.string({ minLength: 1 }).filter((s) => s !== '__metadata__' && s !== '__proto__');

/** A file of a given header and data, which `writeSafetensors` would not write. */
const fileOf = (header: unknown, data: readonly number[]): Uint8Array => {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
};

describe('safetensors', () => {
  it('gives back what was written, at any byte offset, whatever the order of names', () => {
    fc.assert(
      fc.property(fc.dictionary(name, array, { noNullPrototype: true }), fc.nat(7), (tensors, offset) => {
        const bytes = writeSafetensors({ tensors, metadata: { format: 'pt' } });
        const reversed = Object.fromEntries(Object.entries(tensors).reverse());
        expect(writeSafetensors({ tensors: reversed, metadata: { format: 'pt' } })).toEqual(bytes);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        expect(readSafetensors(shifted.subarray(offset))).toEqual({ tensors, metadata: { format: 'pt' } });
      }),
    );
  });

  it('has the layout of the format: length, header padded to eight bytes, data', () => {
    const bytes = writeSafetensors({ tensors: { w: floats(Float32Array.of(1)) }, metadata: {} });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  const one = { w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } };
  const whole = fileOf(one, [0, 0, 0, 0]);
  it.each([
    ['nothing', new Uint8Array(3), 'shorter than a safetensors header'],
    ['a header that ends early', whole.slice(0, 20), 'header is cut off'],
    ['a length beyond the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255), 'header is cut off'],
    ['data that end early', whole.slice(0, -1), 'tensor w is cut off'],
    ['a header that is no JSON', fileOf('x', []).fill(0x21, 8), 'header is no JSON'],
    ['a header that is a list', fileOf([], []), 'header is no object'],
    ['an entry without fields', fileOf({ w: 3 }, []), 'tensor w has no dtype, shape and data_offsets'],
    [
      'an unknown type',
      fileOf({ w: { ...one.w, dtype: 'F64' } }, [0, 0, 0, 0]),
      'has the type F64; allowed: F32, F16, BF16, I32, BOOL',
    ],
    ['a shape that does not fit', fileOf({ w: { ...one.w, shape: [2] } }, [0, 0, 0, 0]), 'tensor w has 4 bytes'],
    ['offsets in reverse', fileOf({ w: { ...one.w, data_offsets: [4, 0] } }, [0, 0, 0, 0]), 'tensor w'],
  ])('says what is wrong with %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});
