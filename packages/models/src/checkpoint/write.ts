import { writeWhole } from '@lab/records';

/** A tensor that is made when its turn to be written comes, so that only one is in memory. */
export interface Outgoing {
  readonly name: string;
  readonly shape: readonly number[];
  readonly make: () => Float32Array;
}

const sizeOf = (shape: readonly number[]): number => 4 * shape.reduce((a, b) => a * b, 1);

/** The header, then every tensor's bytes. */
function* pieces(head: Uint8Array, tensors: readonly Outgoing[]): Generator<Uint8Array> {
  yield head;
  for (const { name, shape, make } of tensors) {
    const data = make();
    if (data.byteLength !== sizeOf(shape))
      throw new Error(`tensor ${name}: ${data.length} numbers for shape [${shape.join(', ')}]`);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/**
 * Writes a float32 safetensors file tensor by tensor; it appears by rename. `format: pt` is what
 * transformers asks for. Throws `BadInput` when the file system refuses.
 */
export const writeTensors = (file: string, tensors: readonly Outgoing[]): void => {
  const header: { [name: string]: unknown } = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const { name, shape } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + sizeOf(shape)] };
    at += sizeOf(shape);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  writeWhole(file, pieces(head, tensors));
};
