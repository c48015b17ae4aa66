import type { Encoded } from '@lab/adapter';
import { BadInput, messageOf } from '@lab/records';
import { Tokenizer } from '@huggingface/tokenizers';
import type { TokenizerFiles } from './files.ts';

/** Throws what a tokenizer throws as one sentence that names its file. */
export const naming =
  ({ where }: TokenizerFiles) =>
  <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof BadInput) throw error;
      const reason = messageOf(error);
      throw new BadInput(`${where}: is not a tokenizer that is read: ${reason.replace(/\s+/g, ' ')}`);
    }
  };

/** Ids as the model takes them. Throws `BadInput` for what is no row of its table of embeddings. */
export const idsIn = ({ where }: TokenizerFiles, rows: number, ids: readonly (number | undefined)[]): Int32Array => {
  return Int32Array.from(ids, (id) => {
    if (id !== undefined && Number.isInteger(id) && id >= 0 && id < rows) return id;
    throw new BadInput(`${where}: gives the token id ${id}; the model has ${rows} rows of embeddings ("vocab_size")`);
  });
};

/** Opens a tokenizer, and has it read one word: some files break only then. */
export const loadTokenizer = (files: TokenizerFiles): Tokenizer =>
  naming(files)(() => {
    const tokenizer = new Tokenizer(files.description, files.config);
    tokenizer.encode('a', { add_special_tokens: true });
    return tokenizer;
  });

/** Tokens with their special ones, and which text each belongs to where the tokenizer says so. */
interface PostProcessed {
  readonly tokens: readonly string[];
  readonly token_type_ids?: readonly number[];
}

/** A tokenizer taken apart. */
export interface Pieces {
  /** The tokens of a text, without special ones. */
  readonly bare: (text: string) => readonly string[];
  /** One text or two with their special tokens. */
  readonly pack: (first: readonly string[], second: readonly string[] | null) => PostProcessed;
  /** Ids and, where the model has segments, their types. */
  readonly encoded: (packed: PostProcessed) => Encoded;
  /** The text of a token alone, as far as it has one. */
  readonly surface: (token: string) => string;
}

/**
 * Opens the parts of a tokenizer. `types`: whether segment ids are given. `rows`: how many ids the
 * model knows. Throws `BadInput` when the file is broken or gives an id beyond them.
 */
export const openPieces = (
  files: TokenizerFiles,
  { types, rows }: { readonly types: boolean; readonly rows: number },
): Pieces => {
  const tokenizer = loadTokenizer(files);
  const named = naming(files);
  const unknown = tokenizer.model?.unk_token_id ?? 0;
  const isByteLevel = JSON.stringify(files.description).includes('"ByteLevel"');
  return {
    bare: (text) => named(() => tokenizer.encode(text, { add_special_tokens: false }).tokens),
    pack: (first, second) => {
      const processed = tokenizer.post_processor?.([...first], second === null ? null : [...second], true);
      if (!processed) return { tokens: [...first, ...(second ?? [])] };
      // The byte-level processor hands the second text back unjoined.
      return { ...processed, tokens: [...processed.tokens, ...(processed.tokens_pair ?? [])] };
    },
    encoded: ({ tokens, token_type_ids }) => {
      const ids = idsIn(
        files,
        rows,
        tokens.map((token) => tokenizer.token_to_id(token) ?? unknown),
      );
      return types ? { ids, types: Int32Array.from(token_type_ids ?? tokens.map(() => 0)) } : { ids };
    },
    surface: (token) => {
      const id = tokenizer.token_to_id(token);
      if (!isByteLevel || id === undefined) return token.replace(/^##/, '').replaceAll('▁', '');
      return named(() =>
        tokenizer.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
      ).trim();
    },
  };
};
