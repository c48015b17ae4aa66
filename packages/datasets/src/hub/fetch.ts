import { downloadFile } from '@huggingface/hub';
import { BadInput } from '@lab/records';
import type { FetchFile } from '../types.ts';

/** Downloads a file of a Hugging Face hub data set, chunk by chunk. Throws `BadInput` when it does not exist or cannot be reached. */
export const hubFetch: FetchFile = async ({ repo, revision, path }, progress) => {
  const name = `hub data set ${repo}, ${path} at ${revision}`;
  const blob = await downloadFile({ repo: { type: 'dataset', name: repo }, path, revision }).catch((error: unknown) => {
    throw new BadInput(`${name}: cannot be downloaded (${error instanceof Error ? error.message : String(error)})`);
  });
  if (!blob) throw new BadInput(`${name}: no such file`);
  const chunks: Uint8Array[] = [];
  let done = 0;
  for await (const chunk of blob.stream()) {
    chunks.push(chunk);
    done += chunk.byteLength;
    progress(blob.size > 0 ? Math.min(1, done / blob.size) : 0);
  }
  return Buffer.concat(chunks);
};
