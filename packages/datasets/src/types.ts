import type { TaskKind } from '@lab/metrics';
import type { Citation } from '@lab/records';

/**
 * One labelled text or pair. `label` is a class index, a target value, or 0 where `answers` or
 * `target` hold the truth.
 */
export interface Example {
  /** Stable within the data set: `<split or file>:<row>`. */
  readonly id: string;
  readonly text: string;
  readonly pair?: string;
  readonly label: number;
  /** Reference answers or references, for extractive QA and generation. */
  readonly references?: readonly string[];
  /** Character offsets of the answers in `pair` (the context), for extractive QA. */
  readonly spans?: readonly (readonly [number, number])[];
}

export interface Splits {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

/** A data set: plain arrays, no tensors. */
export interface Dataset {
  readonly name: string;
  readonly task: TaskKind;
  /** Name of the main metric; higher is better. */
  readonly metric: string;
  readonly splits: Splits;
  /** Further test sets by name, for out-of-domain evaluation. */
  readonly elsewhere?: { readonly [name: string]: readonly Example[] };
  readonly licence: string;
  readonly cite: Citation;
  /** What a reader of results should know: rows skipped on request, labels changed on request. */
  readonly notes?: readonly string[];
}

/**
 * A file of a Hugging Face hub data set. `revision` is a whole commit hash, so the bytes never
 * change.
 */
export interface HubFile {
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
}

/** Brings a hub file's bytes; `progress` is called with fractions in [0, 1]. */
export type FetchFile = (file: HubFile, progress: (fraction: number) => void) => Promise<Uint8Array>;

/** Where files may be found; set on the command line, never part of a run's identity. */
export interface Sources {
  /** Folder with the original layout (`GLUE/CoLA/train.tsv`, …), or undefined. */
  readonly dataDir?: string;
  /** Where downloads are cached. */
  readonly cacheDir: string;
  /**
   * How missing files are downloaded (`hubFetch`, or a test's own); undefined: nothing is
   * downloaded.
   */
  readonly fetchFile?: FetchFile;
  /** Called with progress of long loads: fraction in [0, 1]. */
  readonly onProgress?: (what: string, fraction: number) => void;
}
