import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, copyWhole, writeWhole } from '@lab/records';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';
import { openCheckpoint, type WeightFiles } from '../checkpoint/open.ts';
import { openGguf } from '../gguf/open.ts';
import { readTokenizerFiles, type TokenizerFiles } from '../tokens/files.ts';

/** A checkpoint with its configuration and its tokenizer. */
export interface Source {
  readonly config: object;
  /** What holds the configuration, for messages. */
  readonly where: string;
  readonly checkpoint: WeightFiles;
  /** What generation_config.json says; absent: there is no such file. */
  readonly generation?: object;
  /** Absent: the source has no tokenizer. */
  readonly tokenizer?: TokenizerFiles;
  /** Puts the tokenizer's files into a folder. */
  readonly saveTokenizer: (folder: string) => void;
}

/** The file that says how texts are written. */
export const GENERATION_CONFIG = 'generation_config.json';

const TOKENIZER = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
];

const copyTokenizer = (from: string, to: string): void => {
  for (const file of TOKENIZER.filter((name) => existsSync(join(from, name))))
    copyWhole(join(from, file), join(to, file));
};

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The one GGUF file of a folder without safetensors, or undefined. Throws `BadInput` for several.
 */
const ggufIn = (folder: string): string | undefined => {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (names.some((name) => /\.safetensors(\.index\.json)?$/.test(name))) return undefined;
  const [first, ...others] = names.filter((name) => name.endsWith('.gguf')).sort();
  if (first !== undefined && others.length > 0)
    throw new BadInput(`${folder}: holds several GGUF files (${[first, ...others].join(', ')}); leave one`);
  return first === undefined ? undefined : join(folder, first);
};

/**
 * Opens a folder as transformers writes it (config.json, model.safetensors or shards,
 * tokenizer.json), or one that holds a GGUF file. A tokenizer.json beside a GGUF file stands before
 * the file's own. Reads headers only. Throws `BadInput` for a missing or broken file.
 */
export const openSource = async (folder: string): Promise<Source> => {
  const file = ggufIn(folder);
  const tokenizer = await readTokenizerFiles(folder);
  const saveTokenizer = (to: string) => copyTokenizer(folder, to);
  if (file === undefined) {
    const where = join(folder, 'config.json');
    const config = await readJsonFile(where, z.looseObject({}));
    const checkpoint = await openCheckpoint(folder);
    const file = join(folder, GENERATION_CONFIG);
    const generation = existsSync(file) ? { generation: await readJsonFile(file, z.looseObject({})) } : {};
    return { config, where, checkpoint, ...generation, ...(tokenizer ? { tokenizer } : {}), saveTokenizer };
  }
  const gguf = openGguf(file);
  const common = { config: gguf.config, where: file, checkpoint: gguf.checkpoint };
  if (tokenizer) return { ...common, tokenizer, saveTokenizer };
  const own = gguf.tokenizer();
  return {
    ...common,
    tokenizer: own,
    saveTokenizer: (to) => {
      writeWhole(join(to, 'tokenizer.json'), json(own.description));
      writeWhole(join(to, 'tokenizer_config.json'), json(own.config));
    },
  };
};
