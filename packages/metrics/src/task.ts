/** What is predicted. */
export type TaskKind =
  | { readonly kind: 'classification'; readonly classes: readonly string[] }
  | { readonly kind: 'regression'; readonly range: readonly [number, number] }
  /** A span of a context; `unanswerable`: some questions have no answer. */
  | { readonly kind: 'extractive-qa'; readonly unanswerable?: boolean }
  | { readonly kind: 'text-to-text' };
