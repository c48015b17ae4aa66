import { readSync } from 'node:fs';
import { BadInput } from '@lab/records';

/**
 * Little-endian values of a file, read one after the other. Every reading throws `BadInput` where
 * the file ends before.
 */
export interface ByteCursor {
  readonly u32: () => number;
  /** An unsigned 64-bit integer below 2^53. */
  readonly u64: () => number;
  /**
   * A count of things that take at least `bytes` each: never more than the rest of the file could
   * hold.
   */
  readonly count: (bytes: number) => number;
  /** UTF-8 text after its length. */
  readonly text: () => string;
  /** A view of the next bytes. */
  readonly view: (bytes: number) => DataView;
  /** Bytes read so far. */
  readonly position: () => number;
}

/** Bytes read at once. */
const WINDOW = 1 << 20;

/** A cursor at the start of an open file of `size` bytes. `file` is its name for messages. */
export const cursorOf = (descriptor: number, size: number, file: string): ByteCursor => {
  let bytes = new Uint8Array(0);
  let start = 0;
  let at = 0;
  const cutOff = (where: number): never => {
    throw new BadInput(`${file}: is cut off at byte ${where}`);
  };
  const load = (length: number): void => {
    const wanted = Math.min(Math.max(length, WINDOW), size - at);
    bytes = new Uint8Array(wanted);
    start = at;
    for (let done = 0; done < wanted;) {
      const more = readSync(descriptor, bytes, done, wanted - done, start + done);
      if (more === 0) cutOff(start + done);
      done += more;
    }
  };
  const view = (length: number): DataView => {
    if (length > size - at) cutOff(size);
    if (at + length > start + bytes.length) load(length);
    const found = new DataView(bytes.buffer, at - start, length);
    at += length;
    return found;
  };
  const u64 = (): number => {
    const value = view(8).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new BadInput(`${file}: a number near byte ${at - 8} is too large`);
    return Number(value);
  };
  const count = (least: number): number => {
    const value = u64();
    if (value * least > size - at) throw new BadInput(`${file}: is cut off, or the count at byte ${at - 8} is wrong`);
    return value;
  };
  const decoder = new TextDecoder();
  return {
    u32: () => view(4).getUint32(0, true),
    u64,
    count,
    text: () => decoder.decode(view(count(1))),
    view,
    position: () => at,
  };
};
