/** A value that has no parts. */
export type Scalar = string | number | boolean | null;
/** Values by path: `train.lr`. */
export type Flat = { readonly [path: string]: Scalar };

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** `{ train: { lr: 1 } }` as `{ 'train.lr': 1 }`; lists as JSON. */
export const flatten = (value: unknown, path = ''): Flat => {
  if (Array.isArray(value)) return { [path]: JSON.stringify(value) };
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([k, v]) => flatten(v, path === '' ? k : `${path}.${k}`));
    return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
  }
  return isScalar(value) ? { [path]: value } : {};
};

/** Settings that all runs share, and what each run has beside them. */
export const split = (all: readonly Flat[]): { readonly common: Flat; readonly own: readonly Flat[] } => {
  const first = all[0] ?? {};
  const common = Object.fromEntries(Object.entries(first).filter(([k, v]) => all.every((f) => k in f && f[k] === v)));
  return { common, own: all.map((f) => Object.fromEntries(Object.entries(f).filter(([k]) => !(k in common)))) };
};

/** Paths on which two values differ, sorted. */
export const differingKeys = (a: unknown, b: unknown): string[] => {
  const [left, right] = [flatten(a), flatten(b)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((k) => left[k] !== right[k]).sort();
};
