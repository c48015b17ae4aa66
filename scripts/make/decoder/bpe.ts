/**
 * Byte-pair encoding over bytes (Sennrich et al. 2016, section 3.2; bytes as in GPT-2, section
 * 2.2).
 */

/** GPT-2's cut into words; a word keeps the blank before it. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** A printable character for every byte: itself where it prints, else one from 256 on. */
const BYTES: readonly string[] = (() => {
  const prints = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++));
})();

const symbols = (word: string): string[] => Array.from(new TextEncoder().encode(word), (byte) => BYTES[byte]!);

export type Merge = readonly [left: string, right: string];

const joined = (word: readonly string[], [left, right]: Merge): string[] => {
  const out: string[] = [];
  for (let i = 0; i < word.length; i++) {
    const both = word[i] === left && word[i + 1] === right;
    out.push(both ? left + right : word[i]!);
    if (both) i++;
  }
  return out;
};

/**
 * The `count` most frequent merges of the texts, in order; equal counts go by the pair's spelling.
 */
export const learnMerges = (texts: readonly string[], count: number): readonly Merge[] => {
  const counts = new Map<string, number>();
  for (const text of texts) for (const [word] of text.matchAll(WORDS)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].map(([word, n]) => ({ parts: symbols(word), n }));
  const pairs = new Map<string, { n: number; readonly at: Set<number> }>();
  const change = (index: number, sign: 1 | -1) => {
    const { parts, n } = words[index]!;
    for (let i = 0; i + 1 < parts.length; i++) {
      const name = `${parts[i]!} ${parts[i + 1]!}`;
      const pair = pairs.get(name) ?? { n: 0, at: new Set<number>() };
      pair.n += sign * n;
      if (sign > 0) pair.at.add(index);
      pairs.set(name, pair);
    }
  };
  words.forEach((_, index) => change(index, 1));
  return Array.from({ length: count }, (): Merge => {
    let best = '';
    let most = 0;
    for (const [name, { n }] of pairs) if (n > most || (n === most && n > 0 && name < best)) [best, most] = [name, n];
    const merge = best.split(' ') as unknown as Merge;
    for (const index of pairs.get(best)!.at) {
      change(index, -1);
      words[index] = { ...words[index]!, parts: joined(words[index]!.parts, merge) };
      change(index, 1);
    }
    pairs.delete(best);
    return merge;
  });
};

/**
 * Ids of a text: `vocabulary` gives the id of each symbol. Words that were met before are
 * remembered.
 */
export const openEncoder = (merges: readonly Merge[], vocabulary: ReadonlyMap<string, number>) => {
  const rank = new Map(merges.map(([left, right], i) => [`${left} ${right}`, i]));
  const known = new Map<string, readonly number[]>();
  const encodeWord = (word: string): readonly number[] => {
    let parts = symbols(word);
    for (;;) {
      const ranks = parts.slice(1).map((right, i) => rank.get(`${parts[i]!} ${right}`) ?? Infinity);
      const first = Math.min(...ranks);
      if (!Number.isFinite(first)) return parts.map((part) => vocabulary.get(part)!);
      parts = joined(parts, merges[first]!);
    }
  };
  return (text: string): readonly number[] =>
    [...text.matchAll(WORDS)].flatMap(([word]) => {
      const ids = known.get(word) ?? encodeWord(word);
      known.set(word, ids);
      return ids;
    });
};

/** What tokenizer.json holds: the end token, then the bytes, then one symbol a merge. */
export const END = '<|endoftext|>';
export const vocabularyOf = (merges: readonly Merge[]): ReadonlyMap<string, number> =>
  new Map([END, ...BYTES, ...merges.map((merge) => merge.join(''))].map((symbol, id) => [symbol, id]));

/** tokenizer.json as Hugging Face's libraries read it. */
export const tokenizerJson = (merges: readonly Merge[]): object => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    { id: 0, content: END, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries(vocabularyOf(merges)),
    merges: merges.map((merge) => merge.join(' ')),
  },
});
