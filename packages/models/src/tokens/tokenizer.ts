import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoded } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';

/** Cuts the longer of two texts token by token until both fit (transformers' `longest_first`; a tie shortens the second). */
export const fit = (first: number, second: number, room: number): readonly [number, number] => {
  let [a, b] = [first, second];
  while (a + b > room && a + b > 0) {
    if (a > b) a--;
    else if (b > 0) b--;
    else a--;
  }
  return [a, b];
};

/**
 * Text, or a packed pair, to ids with the special tokens of `tokenizer.json`, at most `maxTokens` of them.
 * `types`: whether segment ids are given. Throws `BadInput` when the file is broken.
 */
export const openTokenizer = async (
  folder: string,
  { maxTokens, types }: { readonly maxTokens: number; readonly types: boolean },
): Promise<(text: string, pair?: string) => Encoded> => {
  const file = join(folder, 'tokenizer.json');
  const configFile = join(folder, 'tokenizer_config.json');
  if (!existsSync(file)) throw new BadInput(`no such file: ${file}`);
  const description = await readJsonFile(file, z.looseObject({ model: z.looseObject({}) }));
  const config = existsSync(configFile) ? await readJsonFile(configFile, z.looseObject({})) : {};
  const tokenizer = new Tokenizer(description, config);
  const bare = (text: string): readonly string[] => tokenizer.encode(text, { add_special_tokens: false }).tokens;
  const join2 = (first: readonly string[], second: readonly string[] | null) => {
    const processed = tokenizer.post_processor?.([...first], second === null ? null : [...second], true);
    return processed ?? { tokens: [...first, ...(second ?? [])] };
  };
  const unknown = tokenizer.encode('', { add_special_tokens: false }).ids[0];
  return (text, pair) => {
    const first = bare(text);
    const second = pair === undefined ? null : bare(pair);
    const specials = join2([], second === null ? null : []).tokens.length;
    const [a, b] = fit(first.length, second?.length ?? 0, Math.max(0, maxTokens - specials));
    const { tokens, token_type_ids } = join2(first.slice(0, a), second?.slice(0, b) ?? null);
    const ids = Int32Array.from(tokens, (token) => tokenizer.token_to_id(token) ?? unknown ?? 0);
    return types ? { ids, types: Int32Array.from(token_type_ids ?? tokens.map(() => 0)) } : { ids };
  };
};
