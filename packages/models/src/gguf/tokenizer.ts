import { BadInput } from '@lab/records';
import { z } from 'zod';
import type { TokenizerFiles } from '../tokens/files.ts';
import type { GgufHeader } from './header.ts';
import { metadataOf } from './metadata.ts';

const id = z.number().int().min(0);
const schema = z.object({
  model: z.string(),
  pre: z.string().default('default'),
  tokens: z.array(z.string()).min(1),
  token_type: z.array(z.number()).optional(),
  merges: z.array(z.string()).default([]),
  bos_token_id: id.optional(),
  eos_token_id: id.optional(),
  unknown_token_id: id.optional(),
  padding_token_id: id.optional(),
  add_bos_token: z.boolean().default(false),
  add_eos_token: z.boolean().default(false),
});

/** Kinds of tokens that stand for themselves in a text: unknown, control and user-defined. */
const [UNKNOWN, CONTROL, USER] = [2, 3, 4];

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const digits = { type: 'Digits', individual_digits: true };

/** How a text is cut before the merges, by the file's name for it. */
const PRE_TOKENIZERS: { readonly [name: string]: object | undefined } = {
  default: byteLevel,
  'gpt-2': byteLevel,
  smollm: { type: 'Sequence', pretokenizers: [digits, byteLevel] },
};

/**
 * The tokenizer of a GGUF file, a byte-level BPE, in the form of tokenizer.json.
 * Throws `BadInput` for another kind; a tokenizer.json beside the file is read instead of this one.
 */
export const tokenizerOf = (header: GgufHeader): TokenizerFiles => {
  const meta = metadataOf(header, 'tokenizer.ggml.', schema);
  const instead = 'put the tokenizer.json of the model beside the file';
  if (meta.model !== 'gpt2')
    throw new BadInput(`${header.file}: its tokenizer is "${meta.model}"; allowed: gpt2 (byte-level BPE); ${instead}`);
  const pre = Object.hasOwn(PRE_TOKENIZERS, meta.pre) ? PRE_TOKENIZERS[meta.pre] : undefined;
  if (!pre)
    throw new BadInput(
      `${header.file}: its pre-tokenizer is "${meta.pre}"; allowed: ` +
        `${Object.keys(PRE_TOKENIZERS).join(', ')}; ${instead}`,
    );
  const special = (which: number | undefined) => (which === undefined ? undefined : meta.tokens[which]);
  const [bos, eos] = [special(meta.bos_token_id), special(meta.eos_token_id)];
  const added = meta.tokens.flatMap((content, at) => {
    const kind = meta.token_type?.[at] ?? 1;
    if (kind !== UNKNOWN && kind !== CONTROL && kind !== USER) return [];
    const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    return [{ id: at, content, ...plain, special: kind !== USER }];
  });
  const begin = meta.add_bos_token && bos !== undefined ? [bos] : [];
  const end = meta.add_eos_token && eos !== undefined ? [eos] : [];
  const token = (name: string) => ({ SpecialToken: { id: name, type_id: 0 } });
  const text = (name: 'A' | 'B') => ({ Sequence: { id: name, type_id: 0 } });
  const template = {
    type: 'TemplateProcessing',
    single: [...begin.map(token), text('A'), ...end.map(token)],
    pair: [...begin.map(token), text('A'), ...end.map(token), ...begin.map(token), text('B'), ...end.map(token)],
    special_tokens: Object.fromEntries(
      [...begin, ...end].map((name) => [name, { id: name, ids: [meta.tokens.indexOf(name)], tokens: [name] }]),
    ),
  };
  return {
    where: header.file,
    description: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: pre,
      post_processor: template,
      decoder: { ...byteLevel, add_prefix_space: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(meta.tokens.map((content, at) => [content, at])),
        merges: meta.merges,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: bos ?? null,
      eos_token: eos ?? null,
      unk_token: special(meta.unknown_token_id) ?? null,
      pad_token: special(meta.padding_token_id) ?? null,
      clean_up_tokenization_spaces: false,
    },
  };
};
