import { fingerprintOf } from '@lab/models';

/** The override that makes a model the base of every run. */
export const modelOverride = (name: string): string => `model.name=${JSON.stringify(name)}`;

/**
 * The override that puts the fingerprint of a weights folder into every run's config: two folders
 * of weights are two models. `cacheDir` keeps checksums of large files from one command to the
 * next.
 */
export const weightsOverride = (folder: string, cacheDir?: string): string =>
  `model.weights="${fingerprintOf(folder, cacheDir)}"`;
