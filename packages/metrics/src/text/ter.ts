import { itemAt } from '@lab/records';
import { alignment, edits } from './edits.ts';
import { lowerCase, spaces, tokenized, type Segment, type Tokenize } from './tokens.ts';

type Words = readonly string[];

/**
 * Limits of Tercom: a block of at most 10 words moves at most 50 places; at most 1,000 moves are
 * tried for a pair.
 */
const maxBlock = 10;
const maxDistance = 50;
const maxCandidates = 1000;

/** A move of `length` words from `start` to before position `to`, and how many edits it saves. */
interface Move {
  readonly gain: number;
  readonly length: number;
  readonly start: number;
  readonly to: number;
  readonly words: Words;
}

const move = (words: Words, start: number, length: number, to: number): Words => {
  const block = words.slice(start, start + length);
  const rest = [...words.slice(0, start), ...words.slice(start + length)];
  // A target inside the block moves it by so many places; one behind it counts without the block.
  const place = to < start ? to : to > start + length ? to - length : to;
  return [...rest.slice(0, place), ...block, ...rest.slice(place)];
};

/** Blocks that stand in both texts: every length up to the longest common one. */
function* blocks(hypothesis: Words, reference: Words): Generator<readonly [number, number, number]> {
  for (let i = 0; i < hypothesis.length; i++) {
    for (let j = 0; j < reference.length; j++) {
      if (Math.abs(i - j) > maxDistance) continue;
      for (let n = 0; n < maxBlock && i + n < hypothesis.length && hypothesis[i + n] === reference[j + n]; n++)
        yield [i, j, n + 1];
    }
  }
}

/**
 * Tercom's order: most edits saved, then the longer block, then the earlier start, then the earlier
 * target.
 */
const better = (a: Move, b: Move): boolean =>
  (a.gain - b.gain || a.length - b.length || b.start - a.start || b.to - a.to) > 0;

/**
 * The best move of one block, tried counts the candidates. Blocks that are right already, or lie
 * where they belong, do not move.
 */
const bestMove = (
  words: Words,
  reference: Words,
  tried: number,
): { readonly best: Move | undefined; readonly tried: number } => {
  const { distance, path } = edits(words, reference);
  const { at, hypothesisWrong, referenceWrong } = alignment(path);
  let best: Move | undefined;
  for (const [start, target, length] of blocks(words, reference)) {
    if (!hypothesisWrong.slice(start, start + length).includes(true)) continue;
    if (!referenceWrong.slice(target, target + length).includes(true)) continue;
    const place = itemAt(at, target);
    if (start <= place && place < start + length) continue;
    let last = -1;
    for (let offset = -1; offset < length; offset++) {
      const to = target + offset === -1 ? 0 : itemAt(at, target + offset) + 1;
      if (to === last) continue;
      last = to;
      const moved = move(words, start, length, to);
      const candidate = { gain: distance - edits(moved, reference).distance, length, start, to, words: moved };
      tried++;
      if (best === undefined || better(candidate, best)) best = candidate;
    }
    if (tried >= maxCandidates) break;
  }
  return { best, tried };
};

/**
 * Edits of one pair: moves of blocks, each counted once, while they save something, and then single
 * words.
 */
const pairEdits = (hypothesis: Words, reference: Words): number => {
  if (reference.length === 0) return hypothesis.length;
  let words = hypothesis;
  let [moves, tried] = [0, 0];
  for (;;) {
    const { best, tried: triedNow } = bestMove(words, reference, tried);
    tried = triedNow;
    if (tried >= maxCandidates || best === undefined || best.gain <= 0) break;
    moves++;
    words = best.words;
  }
  return moves + edits(words, reference).distance;
};

/**
 * Translation edit rate (Snover et al. 2006): fewest edits to any reference over the mean reference
 * length, summed over the corpus; lower is better, above 1 is possible. Tercom's rules as in
 * sacrebleu, but with the whole edit table where sacrebleu keeps a band of 25 words. References
 * that are all empty give 1, or 0 when the hypotheses are empty too. Null without segments.
 */
export const ter = (segments: readonly Segment[], tokenize: Tokenize = lowerCase(spaces)): number | null => {
  if (segments.length === 0) return null;
  let [total, length] = [0, 0];
  for (const { hypothesis, references } of tokenized(segments, tokenize)) {
    total += Math.min(...references.map((reference) => pairEdits(hypothesis, reference)));
    length += references.reduce((sum, reference) => sum + reference.length, 0) / references.length;
  }
  return length > 0 ? total / length : total > 0 ? 1 : 0;
};
