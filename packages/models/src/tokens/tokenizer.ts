import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoded } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';

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

const load = async (folder: string): Promise<Tokenizer> => {
  const file = join(folder, 'tokenizer.json');
  const configFile = join(folder, 'tokenizer_config.json');
  if (!existsSync(file)) throw new BadInput(`no such file: ${file}`);
  const description = await readJsonFile(file, z.looseObject({ model: z.looseObject({}) }));
  const config = existsSync(configFile) ? await readJsonFile(configFile, z.looseObject({})) : {};
  return new Tokenizer(description, config);
};

/** Texts to ids without special tokens, and back. Throws `BadInput` when the file is broken. */
export const openTexts = async (folder: string) => {
  const tokenizer = await load(folder);
  return {
    encodeBare: (text: string): Int32Array =>
      Int32Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids),
    decode: (ids: ArrayLike<number>): string =>
      ids.length === 0
        ? ''
        : tokenizer.decode(Array.from(ids), { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
};

/**
 * Text, or a packed pair, to ids with the special tokens of `tokenizer.json`, at most `atMost` and
 * never more than `maxTokens` of them. `types`: whether segment ids are given. Throws `BadInput`
 * when the file is broken.
 */
export const openTokenizer = async (
  folder: string,
  { maxTokens, types }: { readonly maxTokens: number; readonly types: boolean },
): Promise<(text: string, pair?: string, atMost?: number) => Encoded> => {
  const tokenizer = await load(folder);
  const bare = (text: string): readonly string[] => tokenizer.encode(text, { add_special_tokens: false }).tokens;
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
    const ids = Int32Array.from(tokens, (token) => tokenizer.token_to_id(token) ?? unknown);
    return types ? { ids, types: Int32Array.from(token_type_ids ?? tokens.map(() => 0)) } : { ids };
  };
};
