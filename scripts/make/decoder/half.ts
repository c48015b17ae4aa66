import { writeFileSync } from 'node:fs';
import { viewOf, type Layout } from '@lab/engine';

/**
 * The nearest half-precision number (IEEE 754 binary16, ties to even), as its bits. Values beyond
 * 65504 become infinite.
 */
const halfBits = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const unit = 2 ** (exponent - 10);
  const [whole, rest] = [Math.floor(size / unit), (size / unit) % 1];
  const steps = whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0);
  // `steps` may carry into the exponent; the sum of both fields is right all the same.
  const bits = size === 0 ? 0 : steps + (exponent + 14) * 1024;
  return sign | Math.min(bits, 0x7c00);
};

/** A safetensors file of all named parts of a vector in half precision. */
export const writeHalves = (file: string, layout: Layout, theta: Float32Array): void => {
  const header: { [name: string]: unknown } = { __metadata__: { format: 'pt' } };
  for (const { name, shape, offset, size } of layout.slots)
    header[name] = { dtype: 'F16', shape, data_offsets: [2 * offset, 2 * (offset + size)] };
  const json = JSON.stringify(header);
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8));
  head.write(json, 8);
  const body = Buffer.alloc(2 * layout.size);
  for (const { name, offset } of layout.slots)
    viewOf(layout, theta, name).forEach((value, i) => body.writeUInt16LE(halfBits(value), 2 * (offset + i)));
  writeFileSync(file, Buffer.concat([head, body]));
};
