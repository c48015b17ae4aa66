import { sizeOf } from '../host.ts';

export type Shape = readonly number[];

/** True when two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** NumPy's broadcast of shapes aligned at the right. Throws when they do not fit. */
export function broadcast(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const dims = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const wide = dims.filter((dim) => dim !== 1);
    if (wide.some((dim) => dim !== wide[0])) {
      throw new Error(`shapes do not broadcast: ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' with ')}`);
    }
    return wide[0] ?? 1;
  });
}

/** A shape with ones put in front until it has `rank` dimensions. */
export function padLeft(shape: Shape, rank: number): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

/** Non-negative, sorted axes; null or undefined means all. */
export function normalAxes(axes: number | readonly number[] | null | undefined, rank: number): number[] {
  const list = axes === null || axes === undefined ? Array.from({ length: rank }, (_, i) => i) : [axes].flat();
  return list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
}

/** Shape after a reduction over normal axes. */
export function reduced(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * How a broadcast view survives a reshape. `small` (same rank as `large`) is stretched to `large`,
 * which is then reshaped to `target`; the result is the shape to give `small` so that stretching it
 * to `target` is the same thing, or undefined when a stretched axis is cut or joined with one that
 * is not.
 */
export function reshapeBroadcast(small: Shape, large: Shape, target: Shape): number[] | undefined {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < large.length || j < target.length) {
    const [fromI, fromJ] = [i, j];
    let [left, right] = [1, 1];
    if (i < large.length) left = large[i++]!;
    if (j < target.length) right = target[j++]!;
    while (left !== right) {
      if (left < right && i < large.length) left *= large[i++]!;
      else if (right < left && j < target.length) right *= target[j++]!;
      else return undefined;
    }
    const before = small.slice(fromI, i);
    const after = target.slice(fromJ, j);
    if (sizeOf(before) === sizeOf(large.slice(fromI, i))) result.push(...after);
    else if (sizeOf(before) === 1) result.push(...after.map(() => 1));
    else return undefined;
  }
  return result;
}
