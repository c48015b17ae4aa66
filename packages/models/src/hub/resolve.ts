import { join } from 'node:path';
import { BadInput } from '@lab/records';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';
import { fetchFile, hubFolder, type HubModel, type Transport } from './fetch-file.ts';

const WEIGHTS = 'model.safetensors';
const INDEX = `${WEIGHTS}.index.json`;

const checkPin = ({ repo, revision }: HubModel): void => {
  // No part of dots alone: both become folders of the cache.
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(repo)) throw new BadInput(`model.repo: "${repo}" is not owner/name`);
  if (!/^[0-9a-f]{40}$/.test(revision))
    throw new BadInput(
      `model.revision of ${repo}: must be a whole commit hash (40 hexadecimal digits); got "${revision}"`,
    );
};

/**
 * The folder with a hub model's files, downloaded into the cache as far as they are missing:
 * config.json, tokenizer.json, tokenizer_config.json if there is one, and the safetensors weights,
 * sharded or not. Throws `BadInput` for a revision that is not a commit hash, or a repository
 * without these files.
 */
export const hubModelFolder = async (model: HubModel, cacheDir: string, transport: Transport): Promise<string> => {
  checkPin(model);
  const folder = hubFolder(model, cacheDir);
  const fetch = (path: string) => fetchFile(model, path, cacheDir, transport);
  const need = async (path: string, hint: string): Promise<void> => {
    if (!(await fetch(path))) throw new BadInput(`hub model ${model.repo} at ${model.revision}: has no ${path}${hint}`);
  };
  await need('config.json', '');
  await need('tokenizer.json', '; save it with transformers (a fast tokenizer) and name the folder under "weights"');
  await fetch('tokenizer_config.json');
  if (!(await fetch(INDEX))) {
    await need(
      WEIGHTS,
      '; save it with transformers (save_pretrained writes safetensors) and name the folder under "weights"',
    );
    return folder;
  }
  const { weight_map } = await readJsonFile(
    join(folder, INDEX),
    z.object({ weight_map: z.record(z.string(), z.string()) }),
  );
  for (const shard of new Set(Object.values(weight_map))) await need(shard, '');
  return folder;
};
