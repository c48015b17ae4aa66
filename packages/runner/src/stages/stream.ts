import { fold, key, type Key } from '@lab/random';
import type { RunConfig } from '@lab/records';

/**
 * The key from which a run draws start values, order and masks. Stages of a sequence have names of
 * their own, so that they draw differently; their data hang on the seed alone.
 */
export const rootOf = ({ seed, from }: Pick<RunConfig, 'seed' | 'from'>): Key =>
  from?.stream === undefined ? key(seed) : fold(fold(key(seed), 'stage'), from.stream);
