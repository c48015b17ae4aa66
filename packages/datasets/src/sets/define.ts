import type { Key } from '@lab/random';
import { entry, type Citation, type Entry } from '@lab/records';
import { z } from 'zod';
import { reshapeDataset, reshapeOptions } from '../shape/reshape.ts';
import type { Dataset, Sources } from '../types.ts';

/** What `lab list datasets` says of a data set without reading it. */
export interface Facts {
  /** Published or measured numbers of examples, by split or file. */
  readonly counts: { readonly [what: string]: number };
  readonly metric: string;
  readonly licence: string;
  readonly from: string;
  /**
   * Undefined when everything needed is there; else one sentence that says what is missing and how
   * to get it.
   */
  readonly missing: (sources: Sources) => string | undefined;
}

/** An entry of the catalogue with its facts. */
export interface DatasetEntry {
  readonly entry: Entry<[key: Key, sources: Sources], Promise<Dataset>>;
  readonly facts: Facts;
}

const reshaping = z.object(reshapeOptions);

/** A data set: its own options and loader, to which the options of every data set are added. */
export const define = <S extends z.ZodObject>(set: {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly cite: Citation;
  readonly facts: Facts;
  readonly options: S;
  readonly load: (options: z.infer<S>, key: Key, sources: Sources) => Promise<Dataset>;
}): DatasetEntry => {
  const twice = Object.keys(reshapeOptions).find((name) => name in set.options.shape);
  if (twice !== undefined) throw new Error(`data set ${set.name}: "${twice}" is an option of every data set`);
  return {
    facts: set.facts,
    entry: entry({
      name: set.name,
      version: set.version,
      summary: set.summary,
      cite: set.cite,
      options: z.object({ ...set.options.shape, ...reshapeOptions }),
      build: async (options, key: Key, sources: Sources) =>
        reshapeDataset(key, await set.load(set.options.parse(options), key, sources), reshaping.parse(options)),
    }),
  };
};
