import { open, type FileHandle } from 'node:fs/promises';
import { FLOAT_BYTES } from '@lab/engine';
import { BadInput, isReadable } from '@lab/records';
import { z } from 'zod';

/** Where one tensor lies in a file. `from` and `to` are bytes from the file's start. */
export interface TensorPlace {
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

const count = z.number().int().min(0);
const entrySchema = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });
const headerSchema = z.record(z.string(), entrySchema);

/** Longest header that is read; safetensors itself stops here too. */
const MAX_HEADER = 100_000_000;

/** Fills `length` bytes from `position`. Throws `BadInput` when the file ends before. */
export const readRange = async (
  handle: FileHandle,
  file: string,
  position: number,
  length: number,
): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    // One read system call takes less than 2 GiB.
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (bytesRead === 0) throw new BadInput(`${file}: is cut off at byte ${position + done}`);
    done += bytesRead;
  }
  return bytes;
};

const checked = (
  name: string,
  { dtype, shape, data_offsets: [from, to] }: z.infer<typeof entrySchema>,
  start: number,
  size: number,
  file: string,
): TensorPlace => {
  const width = FLOAT_BYTES[dtype];
  const bytes = shape.reduce((a, b) => a * b, 1) * (width ?? 0);
  if (to < from) throw new BadInput(`${file}: tensor ${name} ends at byte ${to}, before it begins`);
  if (width !== undefined && to - from !== bytes)
    throw new BadInput(
      `${file}: tensor ${name} of shape [${shape.join(', ')}] and type ${dtype} ` +
        `should take ${bytes} bytes, not ${to - from}`,
    );
  if (start + to > size)
    throw new BadInput(`${file}: is cut off: tensor ${name} ends at byte ${start + to} of ${size}`);
  return { file, dtype, shape, from: start + from, to: start + to };
};

/** Throws `BadInput` for two tensors that share bytes: one of them is not what its name says. */
const checkApart = (places: readonly (readonly [string, TensorPlace])[], file: string): void => {
  const inOrder = places.filter(([, { from, to }]) => to > from).sort(([, a], [, b]) => a.from - b.from);
  for (const [i, [name, { from }]] of inOrder.entries()) {
    const before = inOrder[i - 1];
    if (before && before[1].to > from)
      throw new BadInput(`${file}: tensors ${before[0]} and ${name} overlap at byte ${from}`);
  }
};

/**
 * The header of a safetensors file: tensor places by name. Reads nothing else. Throws `BadInput`
 * for a broken or cut-off file.
 */
export const readHeader = async (file: string): Promise<ReadonlyMap<string, TensorPlace>> => {
  if (!isReadable(file)) throw new BadInput(`cannot read ${file}: it is no regular file, or may not be read`);
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length =
      size < 8 ? Infinity : Number(new DataView((await readRange(handle, file, 0, 8)).buffer).getBigUint64(0, true));
    if (length > Math.min(MAX_HEADER, size - 8))
      throw new BadInput(`${file}: is not a safetensors file, or is cut off in its header`);
    const text = new TextDecoder().decode(await readRange(handle, file, 8, length));
    const start = 8 + length;
    const places = Object.entries(parse(text, file)).map(
      ([name, e]) => [name, checked(name, e, start, size, file)] as const,
    );
    checkApart(places, file);
    return new Map(places);
  } finally {
    await handle.close();
  }
};

const parse = (text: string, file: string): z.infer<typeof headerSchema> => {
  try {
    const entries = Object.entries(z.looseObject({}).parse(JSON.parse(text))).filter(
      ([name]) => name !== '__metadata__',
    );
    return headerSchema.parse(Object.fromEntries(entries));
  } catch {
    throw new BadInput(`${file}: its safetensors header is broken`);
  }
};
