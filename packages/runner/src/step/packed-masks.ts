import type { PlannedMask } from '@lab/dropout';
import { itemAt } from '@lab/records';
import { sizeOf, type HostArray } from '@lab/engine';
import type { BatchShape } from '../session/shape.ts';
import type { Seating } from './packing.ts';

type Packed = NonNullable<BatchShape['packed']>;

const isAttention = ({ site }: PlannedMask): boolean => site.startsWith('attention.');

/** Whether a site has a value for every token: [R, T, width]. */
const isPerToken = ({ valueShape }: PlannedMask, { rows, tokens }: BatchShape): boolean =>
  valueShape.length === 3 && valueShape[0] === rows && valueShape[1] === tokens;

/** The name of a mask's part for one group of texts. */
const partName = (name: string, group: number): string => `${name}@${group}`;

/** The masks of one group: of so many texts and tokens. */
const cutShape = (shape: readonly number[], { texts, tokens }: Packed['groups'][number]): readonly number[] =>
  shape.map((size, axis) => (size === 1 || axis === 1 ? size : axis === 0 ? texts : tokens));

/** A mask that is one for all texts and all tokens needs no row of its own. */
const rowShape = ([b, t, w]: readonly number[], rows: number): readonly number[] =>
  b === 1 && t === 1 ? [1, 1, w ?? 1] : [1, rows, w ?? 1];

/** The masks that a packed batch applies, from those that are drawn for the same batch padded. */
export const packedPlan = (plan: readonly PlannedMask[], shape: BatchShape): readonly PlannedMask[] => {
  const { packed } = shape;
  if (!packed) return plan;
  return plan.flatMap((planned): readonly PlannedMask[] => {
    const { name, place, valueShape, maskShape } = planned;
    if (isAttention(planned))
      return packed.groups.map((group, part) => ({
        ...planned,
        name: partName(name, part),
        place: { ...place, part },
        valueShape: cutShape(valueShape, group),
        maskShape: cutShape(maskShape, group),
      }));
    if (!isPerToken(planned, shape)) return [planned];
    const packedValue = [1, packed.rows, ...valueShape.slice(2)];
    return [{ ...planned, valueShape: packedValue, maskShape: rowShape(maskShape, packed.rows) }];
  });
};

/** A mask of the same type and another shape, all ones. */
const onesLike = ({ dtype }: HostArray, shape: readonly number[]): HostArray => {
  const size = sizeOf(shape);
  if (dtype === 'bool') return { dtype, shape, data: new Uint8Array(size).fill(1) };
  if (dtype === 'int32') return { dtype, shape, data: new Int32Array(size).fill(1) };
  return { dtype, shape, data: new Float32Array(size).fill(1) };
};

/**
 * A mask of token values [b, t, w], row after row of the packed batch; 1 where a row has no token.
 */
const rowsOfMask = (mask: HostArray, { shape: { packed }, lengths, starts }: Seating): HostArray => {
  const [b = 1, t = 1, w = 1] = mask.shape;
  if (b === 1 && t === 1) return mask;
  const out = onesLike(mask, rowShape(mask.shape, packed.rows));
  lengths.forEach((length, text) => {
    const [from, to] = [(b === 1 ? 0 : text) * t * w, itemAt(starts, text) * w];
    if (t > 1) out.data.set(mask.data.subarray(from, from + length * w), to);
    else for (let i = 0; i < length; i++) out.data.set(mask.data.subarray(from, from + w), to + i * w);
  });
  return out;
};

/** The part of an attention mask [b, h, q, k] for one group of texts. */
const cutMask = (mask: HostArray, { shape: { packed }, members }: Seating, group: number): HostArray => {
  const [b = 1, h = 1, q = 1, k = 1] = mask.shape;
  const out = onesLike(mask, cutShape(mask.shape, itemAt(packed.groups, group)));
  const [n = 1, , queries = 1, keys = 1] = out.shape;
  const texts = itemAt(members, group);
  for (let row = 0; row < n * h * queries; row++) {
    const [i, head, query] = [Math.floor(row / (h * queries)), Math.floor(row / queries) % h, row % queries];
    const from = (((b === 1 ? 0 : itemAt(texts, i)) * h + head) * q + query) * k;
    if (query < q) out.data.set(mask.data.subarray(from, from + Math.min(keys, k)), row * keys);
  }
  return out;
};

/**
 * Drawn masks as a packed batch applies them. `drawn`: by the names of the plan; other inputs
 * (rates) stay.
 */
export const packMasks = (
  plan: readonly PlannedMask[],
  drawn: { readonly [name: string]: HostArray },
  seating: Seating,
): { readonly [name: string]: HostArray } => {
  const masks = plan.flatMap((planned): (readonly [string, HostArray])[] => {
    const mask = drawn[planned.name];
    if (!mask) throw new Error(`${planned.name} was planned but not drawn`);
    if (isAttention(planned))
      return seating.shape.packed.groups.map((_, group) => [
        partName(planned.name, group),
        cutMask(mask, seating, group),
      ]);
    return [[planned.name, isPerToken(planned, seating.shape) ? rowsOfMask(mask, seating) : mask]];
  });
  const planned = new Set(plan.map(({ name }) => name));
  const others = Object.entries(drawn).filter(([name]) => !planned.has(name));
  return Object.fromEntries([...masks, ...others]);
};
