import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';

/**
 * The files tokenizer.json and tokenizer_config.json as values. `where` names their source in
 * messages.
 */
export interface TokenizerFiles {
  readonly where: string;
  readonly description: object;
  readonly config: object;
}

/** What every tokenizer.json has: a model of a known kind, and its words. */
const descriptionSchema = z.looseObject({
  model: z.looseObject({
    type: z.enum(['BPE', 'Unigram', 'WordPiece']).optional(),
    vocab: z.custom<object>((value) => typeof value === 'object' && value !== null, 'expected the words of the model'),
  }),
});

/**
 * A folder's tokenizer; undefined where it has no tokenizer.json. Throws `BadInput` for a broken
 * file.
 */
export const readTokenizerFiles = async (folder: string): Promise<TokenizerFiles | undefined> => {
  const file = join(folder, 'tokenizer.json');
  if (!existsSync(file)) return undefined;
  const configFile = join(folder, 'tokenizer_config.json');
  return {
    where: file,
    description: await readJsonFile(file, descriptionSchema),
    config: existsSync(configFile) ? await readJsonFile(configFile, z.looseObject({})) : {},
  };
};
