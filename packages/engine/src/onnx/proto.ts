/** Protocol buffers, writing only: a message is a list of fields, a field a tag and its bytes. */
export type Bytes = Uint8Array;

/** An unsigned or two's complement integer, seven bits a byte, lowest first. */
function varint(value: number | bigint): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number): Bytes => varint((field << 3) | wire);

/** An integer field. */
export function int(field: number, value: number | bigint): Bytes {
  return Buffer.concat([tag(field, 0), varint(value)]);
}

/** A float32 field. */
export function float(field: number, value: number): Bytes {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, 5), bytes]);
}

/** A field of bytes. */
export function bytes(field: number, value: Bytes): Bytes {
  return Buffer.concat([tag(field, 2), varint(value.length), value]);
}

/** A text field. */
export function textField(field: number, value: string): Bytes {
  return bytes(field, Buffer.from(value, 'utf8'));
}

/** A nested message. */
export function message(field: number, parts: readonly Bytes[]): Bytes {
  return bytes(field, Buffer.concat(parts));
}

/** A packed list of integers. */
export function packed(field: number, values: readonly number[]): Bytes {
  return bytes(field, Buffer.concat(values.map(varint)));
}
