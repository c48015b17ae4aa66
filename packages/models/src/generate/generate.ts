import type { Generation } from './options.ts';
import { advance, begin, bestText } from './search.ts';

/** Next-token logits, row by row. A decoder keeps what it needs of the rows' past. */
export interface Decoder {
  /** Reads prompts, one row each. */
  readonly start: (prompts: readonly Int32Array[]) => Promise<readonly Float32Array[]>;
  /**
   * Row r goes on from row parents[r] of the step before with tokens[r]. There may be more or fewer
   * rows than before.
   */
  readonly next: (tokens: Int32Array, parents: Int32Array) => Promise<readonly Float32Array[]>;
}

/**
 * Writes on from every prompt, all of them at once. Returns the new tokens of each, without the
 * prompt and the ending token. Prompts that are done are asked for no further.
 */
export const generate = async (
  decoder: Decoder,
  prompts: readonly Int32Array[],
  { ends, options }: { readonly ends: readonly number[]; readonly options: Generation },
): Promise<readonly (readonly number[])[]> => {
  // `from`: where a text's rows begin among the decoder's.
  let texts = prompts.map((prompt, from) => {
    const task = { prompt: Array.from(prompt), ends, options };
    return { task, search: begin(), from };
  });
  let logits = await decoder.start(prompts);
  for (;;) {
    texts = texts.map(({ task, search, from }) => {
      const rows = logits.slice(from, from + search.running.length);
      return { task, search: search.done ? search : advance(search, rows, task), from };
    });
    const rows = texts.flatMap(({ search: { done, running }, from }) =>
      done ? [] : running.map(({ tokens, parent }) => ({ token: tokens.at(-1) ?? 0, parent: from + parent })),
    );
    if (rows.length === 0) return texts.map(({ search, task }) => bestText(search, task));
    let count = 0;
    texts = texts.map((text) => {
      const from = count;
      count += text.search.done ? 0 : text.search.running.length;
      return { ...text, from };
    });
    logits = await decoder.next(
      Int32Array.from(rows, ({ token }) => token),
      Int32Array.from(rows, ({ parent }) => parent),
    );
  }
};
