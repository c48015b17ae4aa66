import type { LinearSpec } from '../model.ts';

/** A path without the number of its layer. */
const role = (path: string): string =>
  path
    .split('.')
    .filter((word) => !/^\d+$/.test(word))
    .join('.');

/**
 * The same map in up to `depth` earlier layers, the nearest first, as far as its shape stays the
 * same. Maps that see one vector an example, or positions, have none.
 */
export const earlierOf = (spec: LinearSpec, targets: readonly LinearSpec[], depth: number): readonly LinearSpec[] => {
  const layers: LinearSpec[] = [];
  for (let back = 1; back <= depth; back++) {
    const before = targets.find(({ path, layer }) => layer === spec.layer - back && role(path) === role(spec.path));
    if (!before || spec.per !== 'token' || before.dIn !== spec.dIn || before.dOut !== spec.dOut) break;
    layers.push(before);
  }
  return layers;
};
