import { BadInput, messageOf } from '@lab/records';
import type { FetchFile } from '../types.ts';

/**
 * Downloads through the hub's client over a given `fetch`. Throws `BadInput` when a file does not
 * exist or cannot be reached.
 */
export const hubFetchOver =
  (over: typeof fetch): FetchFile =>
  async ({ repo, revision, path }, progress) => {
    const name = `hub data set ${repo}, ${path} at ${revision}`;
    try {
      // Loaded when something is downloaded: it is not small.
      const { downloadFile } = await import('@huggingface/hub');
      const blob = await downloadFile({ repo: { type: 'dataset', name: repo }, path, revision, fetch: over });
      if (!blob) throw new BadInput(`${name}: no such file`);
      const chunks: Uint8Array[] = [];
      let done = 0;
      for await (const chunk of blob.stream()) {
        chunks.push(chunk);
        done += chunk.byteLength;
        progress(blob.size > 0 ? Math.min(1, done / blob.size) : 0);
      }
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof BadInput) throw error;
      throw new BadInput(`${name}: cannot be downloaded (${messageOf(error)})`);
    }
  };

/** Downloads a file of a Hugging Face hub data set, chunk by chunk. */
export const hubFetch: FetchFile = (file, progress) => hubFetchOver(fetch)(file, progress);
