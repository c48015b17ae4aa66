import type { Encoded } from '@lab/adapter';
import type { TokenizerFiles } from './files.ts';
import { idsIn, loadTokenizer, naming, openPieces } from './pieces.ts';

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

/**
 * Texts to ids without special tokens, and back. `rows`: how many ids the model knows. Throws
 * `BadInput` when the file is broken or gives an id beyond them.
 */
export const openTexts = (files: TokenizerFiles, rows: number) => {
  const tokenizer = loadTokenizer(files);
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
  const { bare, pack, encoded } = openPieces(files, { types, rows });
  return (text, pair, atMost = maxTokens) => {
    const first = bare(text);
    const second = pair === undefined ? null : bare(pair);
    const specials = pack([], second === null ? null : []).tokens.length;
    const room = Math.max(0, Math.min(atMost, maxTokens) - specials);
    const [a, b] = fit(first.length, second?.length ?? 0, room);
    return encoded(pack(first.slice(0, a), second?.slice(0, b) ?? null));
  };
};
