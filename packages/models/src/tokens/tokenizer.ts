import type { Encoded } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { Tokenizer } from '@huggingface/tokenizers';
import type { TokenizerFiles } from './files.ts';

/**
 * Lengths of two texts cut to `room` tokens together, as tokenizers' `longest_first` does: the
 * shorter one stays whole while it fits into half of the room, else both get half and the longer
 * one the odd token.
 */
export const fit = (first: number, second: number, room: number): readonly [number, number] => {
  if (first + second <= room) return [first, second];
  const short = Math.min(first, second);
  const long = Math.max(short, room - short);
  const [less, more] = short + long <= room ? [short, long] : [Math.floor(room / 2), Math.ceil(room / 2)];
  return first > second ? [more, less] : [less, more];
};

interface PostProcessed {
  readonly tokens: readonly string[];
  readonly token_type_ids?: readonly number[];
}

/** Throws what a tokenizer throws as one sentence that names its file. */
const naming =
  ({ where }: TokenizerFiles) =>
  <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof BadInput) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new BadInput(`${where}: is not a tokenizer that is read: ${reason.replace(/\s+/g, ' ')}`);
    }
  };

/** Ids as the model takes them. Throws `BadInput` for what is no row of its table of embeddings. */
const idsIn = ({ where }: TokenizerFiles, rows: number, ids: readonly (number | undefined)[]): Int32Array => {
  return Int32Array.from(ids, (id) => {
    if (id !== undefined && Number.isInteger(id) && id >= 0 && id < rows) return id;
    throw new BadInput(`${where}: gives the token id ${id}; the model has ${rows} rows of embeddings ("vocab_size")`);
  });
};

/** Opens a tokenizer, and has it read one word: some files break only then. */
const load = (files: TokenizerFiles): Tokenizer =>
  naming(files)(() => {
    const tokenizer = new Tokenizer(files.description, files.config);
    tokenizer.encode('a', { add_special_tokens: true });
    return tokenizer;
  });

/**
 * Texts to ids without special tokens, and back. `rows`: how many ids the model knows. Throws
 * `BadInput` when the file is broken or gives an id beyond them.
 */
export const openTexts = (files: TokenizerFiles, rows: number) => {
  const tokenizer = load(files);
  const named = naming(files);
  return {
    encodeBare: (text: string): Int32Array =>
      idsIn(
        files,
        rows,
        named(() => tokenizer.encode(text, { add_special_tokens: false }).ids),
      ),
    decode: (ids: ArrayLike<number>): string =>
      ids.length === 0
        ? ''
        : named(() =>
            tokenizer.decode(Array.from(ids), { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
          ),
  };
};

/**
 * Text, or a packed pair, to ids with the special tokens of `tokenizer.json`, at most `atMost` and
 * never more than `maxTokens` of them. `types`: whether segment ids are given. `rows`: how many ids
 * the model knows. Throws `BadInput` when the file is broken or gives an id beyond them.
 */
export const openTokenizer = (
  files: TokenizerFiles,
  {
    maxTokens,
    types,
    rows = Infinity,
  }: { readonly maxTokens: number; readonly types: boolean; readonly rows?: number },
): ((text: string, pair?: string, atMost?: number) => Encoded) => {
  const tokenizer = load(files);
  const named = naming(files);
  const bare = (text: string): readonly string[] =>
    named(() => tokenizer.encode(text, { add_special_tokens: false }).tokens);
  const pack = (first: readonly string[], second: readonly string[] | null) => {
    const processed = tokenizer.post_processor?.([...first], second === null ? null : [...second], true);
    if (!processed) return { tokens: [...first, ...(second ?? [])] };
    // The byte-level processor hands the second text back unjoined.
    return { ...processed, tokens: [...processed.tokens, ...(processed.tokens_pair ?? [])] };
  };
  const unknown = tokenizer.model?.unk_token_id ?? 0;
  return (text, pair, atMost = maxTokens) => {
    const first = bare(text);
    const second = pair === undefined ? null : bare(pair);
    const specials = pack([], second === null ? null : []).tokens.length;
    const room = Math.max(0, Math.min(atMost, maxTokens) - specials);
    const [a, b] = fit(first.length, second?.length ?? 0, room);
    const { tokens, token_type_ids }: PostProcessed = pack(first.slice(0, a), second?.slice(0, b) ?? null);
    const ids = idsIn(
      files,
      rows,
      tokens.map((token) => tokenizer.token_to_id(token) ?? unknown),
    );
    return types ? { ids, types: Int32Array.from(token_type_ids ?? tokens.map(() => 0)) } : { ids };
  };
};
