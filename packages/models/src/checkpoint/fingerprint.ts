import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '@lab/records';

/** Bytes read at the start and at the end of each shard. */
const SAMPLE = 1 << 20;

/** Small files that are read whole. */
const WHOLE = ['config.json', 'tokenizer.json', 'model.json', 'vocab.json'];

const isShard = (name: string): boolean => name.endsWith('.safetensors') || name.includes('-shard');

/**
 * 16 hexadecimal digits that tell one folder of weights from another: of the small files whole, and
 * of every shard its name, its size, and its first and last MiB, which hold the header and numbers.
 * Reads no more than that of a 7B model. Throws `BadInput` for a folder that cannot be read or
 * holds no weights.
 */
export const fingerprintOf = (folder: string): string => {
  const hash = createHash('sha256');
  try {
    for (const name of WHOLE.filter((each) => existsSync(join(folder, each))))
      hash.update(name).update(readFileSync(join(folder, name)));
    const shards = readdirSync(folder).filter(isShard).sort();
    if (shards.length === 0) throw new Error('it holds no *.safetensors and no shards');
    for (const name of shards) {
      const file = openSync(join(folder, name), 'r');
      try {
        const { size } = fstatSync(file);
        const bytes = new Uint8Array(Math.min(SAMPLE, size));
        for (const from of [0, size - bytes.length]) {
          readSync(file, bytes, 0, bytes.length, from);
          hash.update(`${name} ${size}`).update(bytes);
        }
      } finally {
        closeSync(file);
      }
    }
  } catch (error) {
    throw new BadInput(`cannot read the weights in ${folder}: ${(error as Error).message}`);
  }
  return hash.digest('hex').slice(0, 16);
};
