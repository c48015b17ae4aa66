/** [piece, score]; the first six are reserved and never matched in text. */
export type Vocabulary = readonly (readonly [piece: string, score: number])[];

const RESERVED = 6;
const UNKNOWN = 0;
const SPACE = '▁';

interface Node {
  readonly next: Map<string, Node>;
  piece?: number;
}

const pieceAt = (vocabulary: Vocabulary, id: number): Vocabulary[number] => {
  const piece = vocabulary[id];
  if (!piece) throw new Error(`use-lite: no piece ${id}`);
  return piece;
};

const buildTrie = (vocabulary: Vocabulary): Node => {
  const root: Node = { next: new Map() };
  vocabulary.forEach(([piece], id) => {
    if (id < RESERVED) return;
    let node = root;
    for (const unit of piece.split('')) {
      const next = node.next.get(unit) ?? { next: new Map() };
      node.next.set(unit, next);
      node = next;
    }
    node.piece = id;
  });
  return root;
};

/** Ids of all pieces that start at `from`. */
const matches = (root: Node, text: string, from: number): readonly number[] => {
  const pieces: number[] = [];
  let node: Node | undefined = root;
  for (let i = from; node; i++) {
    if (node.piece !== undefined) pieces.push(node.piece);
    node = node.next.get(text.charAt(i));
  }
  return pieces;
};

/** Best piece that ends at each place of the text, as the reference finds it. */
const lattice = (root: Node, vocabulary: Vocabulary, text: string): Int32Array => {
  const best = new Float64Array(text.length + 1);
  const chosen = new Int32Array(text.length + 1);
  for (let start = 0; start < text.length; start++) {
    const pieces = matches(root, text, start);
    for (const id of pieces.length > 0 ? pieces : [UNKNOWN]) {
      const [piece, pieceScore] = pieceAt(vocabulary, id);
      const end = start + piece.length;
      const score = (best[start] ?? 0) + (id === UNKNOWN ? 0 : pieceScore);
      if (best[end] === 0 || score >= (best[end] ?? 0)) {
        best[end] = score;
        chosen[end] = id;
      }
    }
  }
  return chosen;
};

/**
 * The unigram tokenizer that this model was trained with: NFKC, spaces as ▁, best path by summed
 * scores, runs of unknowns merged. A general unigram tokenizer differs on about one sentence in
 * 200: here a tie goes to the later start, a place with score exactly 0 (not reached, or after a
 * piece of score 0) is always overwritten, and an unknown character costs nothing. Units are
 * UTF-16, which merging makes invisible. No special tokens.
 */
export const unigram = (vocabulary: Vocabulary): ((text: string) => Int32Array) => {
  const root = buildTrie(vocabulary);
  return (text) => {
    const normal = text.normalize('NFKC');
    if (normal.length === 0) return new Int32Array(0);
    const units = SPACE + normal.replaceAll(' ', SPACE);
    const chosen = lattice(root, vocabulary, units);
    const ids: number[] = [];
    for (let end = units.length; end > 0;) {
      const id = chosen[end] ?? UNKNOWN;
      end -= pieceAt(vocabulary, id)[0].length;
      if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
    }
    return Int32Array.from(ids.reverse());
  };
};
