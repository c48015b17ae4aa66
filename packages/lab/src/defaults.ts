import { availableParallelism } from 'node:os';

/** As many workers as cores, one thread each, but not so many that memory runs short: a worker of the quick scale stays below 1 GB. */
export const defaultWorkers = (): number => Math.max(1, Math.min(availableParallelism(), 16));
