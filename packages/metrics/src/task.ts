/** What is predicted. */
export type TaskKind =
  | { readonly kind: 'classification'; readonly classes: readonly string[] }
  | { readonly kind: 'regression'; readonly range: readonly [number, number] }
  /** A span of a context; `unanswerable`: some questions have no answer. */
  | { readonly kind: 'extractive-qa'; readonly unanswerable?: boolean }
  /** One of some continuations of a text, named by `classes`; `label` is the right one. */
  | { readonly kind: 'multiple-choice'; readonly classes: readonly string[] }
  | { readonly kind: 'text-to-text' };
