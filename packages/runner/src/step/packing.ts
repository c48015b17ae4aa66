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
/**
 * Of 16 texts the longest of the shortest four lies below this share of all lengths in most
 * batches, and so on for the next fours.
 */
const QUANTILES = [0.42, 0.67, 0.88, 1];
/** Rows come in steps of about this share of a usual batch. */
const STEP = 1 / 8;
const GRANULE = 32;

/** The few shapes that batches of a run come in, so that few programs are compiled. */
export interface Ladder {
  /**
   * Lengths that groups are padded to, rising: the first is that of the shortest texts of a usual
   * batch.
   */
  readonly tokens: readonly number[];
  /** Rows of a batch, for each of its texts, are a multiple of this. */
  readonly rowsPerText: number;
}

/** The ladder for texts of these lengths, in any order. Longer texts get a length of their own. */
export const ladderOf = (lengths: readonly number[], maxTokens: number): Ladder => {
  const sorted = [...lengths].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? maxTokens;
  const mean = sorted.length === 0 ? maxTokens : sorted.reduce((a, b) => a + b, 0) / sorted.length;
  return { tokens: QUANTILES.map((share) => bucketFor(at(share), maxTokens)), rowsPerText: mean * STEP };
};

/**
 * Seats R texts of these lengths (0: a place that is not used). Masks are drawn for the batch
 * padded to `shape.tokens`. Rows without a token exist exactly where slots without a token do: they
 * point at each other.
 */
export const seat = (lengths: Int32Array, maxTokens: number, ladder: Ladder): Seating => {
  const texts = lengths.length;
  const order = Array.from(lengths, (_, text) => text).sort((a, b) => itemAt(lengths, a) - itemAt(lengths, b) || a - b);
  const size = Math.ceil(texts / Math.max(1, Math.min(GROUPS, Math.floor(texts / FEWEST))));
  const members = Array.from({ length: Math.ceil(texts / size) }, (_, g) => order.slice(g * size, (g + 1) * size));
  const filledLengths = [...lengths].filter((length) => length > 0);
  // A batch in random order takes the usual lengths; one sorted by length takes what it needs.
  const mixed = Math.max(...filledLengths) >= 2 * Math.min(...filledLengths);
  const groups = members.map((group, g): GroupShape => {
    const most = Math.max(1, ...group.map((text) => itemAt(lengths, text)));
    const usual = mixed && members.length === GROUPS ? (ladder.tokens[g] ?? 0) : 0;
    const needed = Math.max(most, usual);
    const tokens = ladder.tokens.find((length) => length >= needed) ?? bucketFor(most, maxTokens);
    return { texts: group.length, tokens };
  });
  const starts = new Int32Array(texts);
  let filled = 0;
  for (const text of members.flat()) {
    starts[text] = filled;
    filled += itemAt(lengths, text);
  }
  const slots = groups.reduce((sum, group) => sum + group.texts * group.tokens, 0);
  const granule = Math.max(1, Math.ceil((ladder.rowsPerText * texts) / GRANULE)) * GRANULE;
  const rows = slots === filled ? filled : Math.ceil((filled + 1) / granule) * granule;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
  const shape = { rows: texts, tokens: bucketFor(longest, maxTokens), packed: { rows, groups } };
  return { shape, members, lengths, starts };
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
