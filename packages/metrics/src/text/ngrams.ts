/**
 * How often each n-gram of one order occurs; an n-gram is its words joined by a character that no
 * word holds.
 */
export type Counts = ReadonlyMap<string, number>;

const joint = '\u0001';

/** n-grams of order n. */
export const ngrams = (words: readonly string[], n: number): Counts => {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const gram = words.slice(i, i + n).join(joint);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
};

/** An n-gram without its last word; undefined for a single word. */
export const prefix = (gram: string): string | undefined => {
  const at = gram.lastIndexOf(joint);
  return at < 0 ? undefined : gram.slice(0, at);
};

/** The largest count of each n-gram in any of the lists. */
export const largest = (lists: readonly Counts[]): Counts => {
  const out = new Map<string, number>();
  for (const list of lists) for (const [gram, count] of list) out.set(gram, Math.max(count, out.get(gram) ?? 0));
  return out;
};

/** Number of n-grams counted. */
export const ngramTotal = (counts: Counts): number => [...counts.values()].reduce((a, b) => a + b, 0);
