import { BadInput } from '@lab/records';
import type { z } from 'zod';
import { checkJson } from '../checkpoint/json.ts';
import type { GgufHeader } from './header.ts';

/**
 * Metadata values under a schema, keys without `prefix`. Throws `BadInput` that names file and key.
 */
export const metadataOf = <S extends z.ZodType>(header: GgufHeader, prefix: string, schema: S): z.infer<S> => {
  const values = [...header.metadata].flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
  );
  return checkJson(Object.fromEntries(values), schema, `${header.file}: metadata "${prefix}*"`);
};

/** The architecture that the file names, such as llama. */
export const architectureOf = ({ file, metadata }: GgufHeader): string => {
  const name = metadata.get('general.architecture');
  if (typeof name !== 'string') throw new BadInput(`${file}: metadata "general.architecture" is missing`);
  return name;
};
