/** Where a model may look for what it needs. */
export interface ModelContext {
  /** Folder with the weights; absent: the model's own source. */
  readonly weights?: string;
}
