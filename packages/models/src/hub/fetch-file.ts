import { createWriteStream, existsSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BadInput, makeFolder, messageOf, refused } from '@lab/records';

/** A model repository on the hub at one commit. */
export interface HubModel {
  /** owner/name */
  readonly repo: string;
  /** Whole commit hash: what is trained on must not move. */
  readonly revision: string;
}

/** How files travel. `fetch` is injected in tests; `onProgress` gets a share from 0 to 1. */
export interface Transport {
  readonly fetch?: typeof fetch;
  readonly onProgress?: (file: string, fraction: number) => void;
}

/** Folder of a repository's files in the cache. */
export const hubFolder = ({ repo, revision }: HubModel, cacheDir: string): string =>
  join(cacheDir, 'hub', ...repo.split('/'), revision);

/**
 * A file of the repository in the cache, downloaded if it is not there; false when the repository
 * has no such file. A stopped download leaves `<file>.part`, and the next one goes on from its end.
 * Throws `BadInput` when the hub refuses.
 */
export const fetchFile = async (
  model: HubModel,
  path: string,
  cacheDir: string,
  transport: Transport,
): Promise<boolean> => {
  // An index of shards comes from outside and must not choose where files go.
  if (!/^\w[\w.-]*(\/\w[\w.-]*)*$/.test(path))
    throw new BadInput(`hub model ${model.repo}: ${JSON.stringify(path)} is no path inside a repository`);
  const file = join(hubFolder(model, cacheDir), path);
  if (existsSync(file)) return true;
  const label = `hub model ${model.repo}, ${path} at ${model.revision}`;
  const part = `${file}.part`;
  const refuse = (error: unknown): never => {
    const refusal = refused('write', part, error, 'the same command goes on from what has come');
    if (refusal instanceof BadInput) throw refusal;
    throw new BadInput(`${label}: cannot be downloaded (${messageOf(error)})`);
  };
  // Loaded when something is downloaded: it is not small.
  const { downloadFile } = await import('@huggingface/hub');
  const blob = await downloadFile({
    repo: { type: 'model', name: model.repo },
    path,
    revision: model.revision,
    // Plain ranges can be resumed.
    xet: false,
    ...(transport.fetch ? { fetch: transport.fetch } : {}),
  }).catch(refuse);
  if (!blob) return false;
  makeFolder(dirname(file));
  const have = existsSync(part) ? statSync(part).size : 0;
  let done = have > blob.size ? 0 : have;
  const start = done;
  if (done < blob.size) {
    const count = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        done += chunk.byteLength;
        transport.onProgress?.(path, done / blob.size);
        yield chunk;
      }
    };
    const source = Readable.fromWeb(blob.slice(start, blob.size).stream());
    await pipeline(source, count, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' })).catch(refuse);
  }
  if (statSync(part).size !== blob.size) return refuse(`${statSync(part).size} of ${blob.size} bytes came`);
  await rename(part, file).catch(refuse);
  return true;
};
