import type { HostParams } from '@lab/adapter';
import { ADAPTER_FILES, importFolder, readImport } from '@lab/records';
import { join } from 'node:path';
import type { Prepared } from './prepare.ts';
import { startingParams } from './trained.ts';

/**
 * Trained parameters that a run starts from, by name: those of the adapter that its config names.
 * Nothing where it starts afresh. Throws `BadInput` for weights that are missing or do not fit.
 */
export const startParams = (out: string, { config, blueprint }: Prepared): HostParams => {
  if (config.from === undefined) return {};
  const [, tensors] = ADAPTER_FILES;
  const file = join(importFolder(out, config.from.peft), tensors);
  return startingParams(blueprint, Buffer.from(readImport(out, config.from.peft)[tensors]), file);
};
