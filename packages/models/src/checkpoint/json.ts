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
