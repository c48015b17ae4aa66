import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../refuse/bad-input.ts';
import { needBytes } from '../disk/read.ts';
import { digest, writeWhole } from '../disk/write.ts';
import { pathStep } from './folder.ts';

/** The two files of an adapter, as runs and PEFT call them. */
export const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;
export type AdapterFiles = { readonly [name in (typeof ADAPTER_FILES)[number]]: string | Uint8Array };

/** Folder of an adapter that was imported. */
export const importFolder = (out: string, name: string): string =>
  join(out, 'imports', pathStep('imported adapter', name));

/** The name of an adapter: 16 digits of the checksum of its files. */
const nameOf = (files: AdapterFiles): string =>
  digest(ADAPTER_FILES.map((file) => digest(Buffer.from(files[file]))).join('\n')).slice(0, 16);

/** Keeps an adapter under the name of its content, and returns that name. */
export const keepImport = (out: string, files: AdapterFiles): string => {
  const name = nameOf(files);
  for (const file of ADAPTER_FILES) writeWhole(join(importFolder(out, name), file), files[file]);
  return name;
};

/**
 * The files of an imported adapter. Throws `BadInput` where there is none of this name, and where
 * its files are no longer those that were imported.
 */
export const readImport = (out: string, name: string): AdapterFiles => {
  const folder = importFolder(out, name);
  if (!existsSync(folder))
    throw new BadInput(`from.peft: ${folder} is missing; lab import <folder> of the adapter makes it`);
  const read = (file: string) => needBytes(join(folder, file), 'lab import makes it again', Infinity);
  const [config, tensors] = ADAPTER_FILES;
  const files = { [config]: read(config), [tensors]: read(tensors) };
  if (nameOf(files) !== name)
    throw new BadInput(`${folder}: its files are not those that were imported; lab import makes them again`);
  return files;
};
