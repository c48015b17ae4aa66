import type { Generation } from './options.ts';
import { advance, begin, found, type Search, type Task } from './search.ts';

/** Next-token logits, row by row. A decoder keeps what it needs of the rows' past. */
export interface Decoder {
  /** Reads prompts, one row each. */
  readonly start: (prompts: readonly Int32Array[]) => Promise<readonly Float32Array[]>;
  /** Row r goes on from row parents[r] of the step before with tokens[r]. There may be more or fewer rows than before. */
  readonly next: (tokens: Int32Array, parents: Int32Array) => Promise<readonly Float32Array[]>;
}

/**
 * Writes on from every prompt, all of them at once. Returns the new tokens of each, without the prompt and the ending token. Prompts
 * that are done are asked for no further.
 */
export const generate = async (
  decoder: Decoder,
  prompts: readonly Int32Array[],
  { ends, options }: { readonly ends: readonly number[]; readonly options: Generation },
): Promise<readonly (readonly number[])[]> => {
  const tasks = prompts.map((prompt): Task => ({ prompt: Array.from(prompt), ends, options }));
  let searches: readonly Search[] = tasks.map(begin);
  let logits = await decoder.start(prompts);
  // Where each search's rows begin among the decoder's rows.
  let firsts = prompts.map((_, i) => i);
  for (;;) {
    const before = firsts;
    searches = searches.map((search, i) =>
      search.done ? search : advance(search, logits.slice(before[i]!, before[i]! + search.running.length), tasks[i]!),
    );
    const live = searches.flatMap((search, i) => (search.done ? [] : [{ search, from: before[i]! }]));
    if (live.length === 0) return searches.map((search, i) => found(search, tasks[i]!));
    const rows = live.flatMap(({ search, from }) =>
      search.running.map(({ tokens, parent }) => ({ token: tokens.at(-1)!, parent: from + parent })),
    );
    let at = 0;
    firsts = searches.map(({ done, running }) => (done ? -1 : (at += running.length) - running.length));
    logits = await decoder.next(
      Int32Array.from(rows, ({ token }) => token),
      Int32Array.from(rows, ({ parent }) => parent),
    );
  }
};
