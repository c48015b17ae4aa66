/**
 * Nested records of tensors, host arrays or handles: what a program takes and gives. A leaf is
 * whatever has a dtype and a shape. Inside a graph a leaf is called by its path, joined with "/":
 * `batch/ids`, `frozen/layer.0.query.weight`.
 */
interface Leaf {
  readonly dtype: string;
  readonly shape: readonly number[];
}

const isLeaf = (value: object): value is Leaf =>
  'dtype' in value && typeof value.dtype === 'string' && 'shape' in value && Array.isArray(value.shape);

const pathOf = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}/${name}`);

/**
 * Every leaf of a record with its path, in the order of the record's keys. Parts that are undefined
 * are left out.
 */
const leavesOf = (tree: object, prefix = ''): readonly (readonly [path: string, leaf: Leaf])[] =>
  Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (typeof value !== 'object' || value === null)
      throw new Error(`"${pathOf(prefix, name)}" is ${String(value)}; expected a tensor or a record of tensors`);
    const path = pathOf(prefix, name);
    return isLeaf(value) ? [[path, value] as const] : leavesOf(value, path);
  });

/**
 * The leaves of a nested record by path. `Value` is the type of the leaves, which the types of a
 * program have checked.
 * @throws an Error when two leaves have the same path, or a part is neither a leaf nor a record
 */
export function flattenTree<Value>(tree: object): { readonly [path: string]: Value } {
  const leaves = leavesOf(tree);
  const flat = Object.fromEntries(leaves);
  if (Object.keys(flat).length !== leaves.length) {
    const twice = leaves.find(([path], i) => leaves.findIndex(([other]) => other === path) !== i);
    throw new Error(`two parts of a record have the path "${twice?.[0] ?? ''}"`);
  }
  return flat as { readonly [path: string]: Value };
}

/**
 * A nested record of the same structure whose leaves are those of `flat` at the same paths. Parts
 * that are undefined are left out.
 */
export function rebuild<Tree>(tree: object, flat: { readonly [path: string]: unknown }, prefix = ''): Tree {
  const parts = Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null) return [];
    const path = pathOf(prefix, name);
    return [[name, isLeaf(value) ? flat[path] : rebuild(value, flat, path)] as const];
  });
  return Object.fromEntries(parts) as Tree;
}
