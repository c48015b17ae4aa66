/** Where a model may look for what it needs, and what is trained of it. */
export interface ModelContext {
  /** Whether the layers of the family's classification head are trained, and so may be absent. */
  readonly trainedHead?: boolean;
  /** Folder with the weights; absent: the model's own source. */
  readonly weights?: string;
  /** Folder for downloaded models; absent: nothing is downloaded. */
  readonly cacheDir?: string;
  /** Stands in for the global fetch. */
  readonly fetch?: typeof fetch;
  /** Share of a file's download, from 0 to 1. */
  readonly onProgress?: (file: string, fraction: number) => void;
}
