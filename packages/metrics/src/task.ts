/** What is predicted. */
export type TaskKind =
  | { readonly kind: 'classification'; readonly classes: readonly string[] }
  | { readonly kind: 'regression'; readonly range: readonly [number, number] }
  | { readonly kind: 'extractive-qa' }
  | { readonly kind: 'text-to-text' };
