import { floats, ints, type Float32HostArray, type Int32HostArray } from '@lab/engine';
import { itemAt } from '@lab/records';
import { bucketFor, type BatchShape, type GroupShape } from '../session/shape.ts';

/**
 * Where the texts of a packed batch lie, on the host; `Packing` of the adapter package says what
 * each array is.
 */
export interface HostPacking {
  readonly slots: Int32HostArray;
  readonly rows: Int32HostArray;
  readonly positions: Int32HostArray;
  readonly valid: { readonly [group: string]: Float32HostArray };
  readonly texts: Float32HostArray;
  readonly first: Float32HostArray;
  readonly last: Float32HostArray;
}

/**
 * The order of a packed batch: texts by length, in groups, and the row that each text begins at.
 */
export interface Seating {
  readonly shape: BatchShape & { readonly packed: NonNullable<BatchShape['packed']> };
  /** The texts of each group, by their number in the batch. */
  readonly members: readonly (readonly number[])[];
  /** Tokens of each text, and the row that it begins at. */
  readonly lengths: Int32Array;
  readonly starts: Int32Array;
}

/** Groups of a batch; fewer where it has few texts. */
const GROUPS = 4;
/** Texts of a group, at least. */
const FEWEST = 2;

/** Rows are a multiple of this: few shapes, so that few programs are compiled. */
const granuleOf = (rows: number): number => (rows <= 256 ? 32 : rows <= 1024 ? 64 : 128);

/**
 * Seats R texts of these lengths (0: a place that is not used). The longest group is as long as the
 * padded batch. Rows without a token exist exactly where slots without a token do: they point at
 * each other.
 */
export const seat = (lengths: Int32Array, maxTokens: number): Seating => {
  const texts = lengths.length;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
  const order = Array.from(lengths, (_, text) => text).sort((a, b) => itemAt(lengths, a) - itemAt(lengths, b) || a - b);
  const size = Math.ceil(texts / Math.max(1, Math.min(GROUPS, Math.floor(texts / FEWEST))));
  const members = Array.from({ length: Math.ceil(texts / size) }, (_, g) => order.slice(g * size, (g + 1) * size));
  const groups = members.map((group, g): GroupShape => {
    const most = Math.max(1, ...group.map((text) => itemAt(lengths, text)));
    const tokens = bucketFor(g === members.length - 1 ? longest : most, maxTokens);
    return { texts: group.length, tokens };
  });
  const starts = new Int32Array(texts);
  let filled = 0;
  for (const text of members.flat()) {
    starts[text] = filled;
    filled += itemAt(lengths, text);
  }
  const slots = groups.reduce((sum, group) => sum + group.texts * group.tokens, 0);
  const granule = granuleOf(filled);
  const rows = slots === filled ? filled : Math.ceil((filled + 1) / granule) * granule;
  const tokens = Math.max(...groups.map((group) => group.tokens));
  return { shape: { rows: texts, tokens, packed: { rows, groups } }, members, lengths, starts };
};

/** The arrays of a packed batch. */
export const packingOf = ({ shape: { packed }, members, lengths, starts }: Seating): HostPacking => {
  const { rows: count, groups } = packed;
  const texts = lengths.length;
  const total = groups.reduce((sum, group) => sum + group.texts * group.tokens, 0);
  const positions = new Int32Array(count);
  const owners = [0, 1, 2].map(() => new Float32Array(texts * count));
  const [own, first, last] = [itemAt(owners, 0), itemAt(owners, 1), itemAt(owners, 2)];
  const rows = new Int32Array(count).fill(-1);
  const slots = new Int32Array(total).fill(-1);
  const valid: { [group: string]: Float32HostArray } = {};
  let seat = 0;
  groups.forEach(({ tokens, texts: n }, g) => {
    const filled = new Float32Array(n * tokens);
    itemAt(members, g).forEach((text, i) => {
      const [start, length] = [itemAt(starts, text), itemAt(lengths, text)];
      filled.fill(1, i * tokens, i * tokens + length);
      own.fill(1, text * count + start, text * count + start + length);
      if (length > 0) {
        first[text * count + start] = 1;
        last[text * count + start + length - 1] = 1;
      }
      for (let t = 0; t < length; t++) {
        positions[start + t] = t;
        rows[start + t] = seat + i * tokens + t;
        slots[seat + i * tokens + t] = start + t;
      }
    });
    valid[g] = floats(filled, [n, tokens]);
    seat += n * tokens;
  });
  // What has no token points at something without a token.
  const [emptyRow, emptySlot] = [rows.indexOf(-1), slots.indexOf(-1)];
  const matrix = (data: Float32Array) => floats(data, [texts, count]);
  return {
    slots: ints(slots.map((row) => (row < 0 ? emptyRow : row))),
    rows: ints(rows.map((slot) => (slot < 0 ? emptySlot : slot))),
    positions: ints(positions),
    valid,
    texts: matrix(own),
    first: matrix(first),
    last: matrix(last),
  };
};
