import { BadInput, needBytes, sentence } from '@lab/records';
import { z } from 'zod';

/** A JSON file, checked. Throws `BadInput` that names the file and the key. */
export const readJsonFile = async <S extends z.ZodType>(file: string, schema: S): Promise<z.infer<S>> => {
  const text = needBytes(file, 'check the folder of the weights').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadInput(`${file}: is not JSON`);
  }
  return checkJson(value, schema, file);
};

/** Checks a value against a schema; `where` names its file in the message. */
export const checkJson = <S extends z.ZodType>(value: unknown, schema: S, where: string): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadInput(sentence(where, parsed.error, []));
  return parsed.data;
};

/**
 * JSON in two-space steps. A number that the original text writes as `2.0` stays so: JavaScript
 * writes 2, and readers that tell floats from whole numbers refuse it.
 */
export const jsonLike = (value: object, original: string): string => {
  const floats = new Set([...original.matchAll(/"([^"]+)"\s*:\s*-?\d+\.0+(?=\s*[,}\]])/g)].map(([, key]) => key));
  const text = JSON.stringify(value, null, 2).replace(
    /^(\s*"([^"]+)": -?\d+)(,?)$/gm,
    (line, start: string, key: string, comma: string) => (floats.has(key) ? `${start}.0${comma}` : line),
  );
  return `${text}\n`;
};
