import { BadInput, canonical, digest, messageOf, readText, sentence, writeWhole } from '@lab/records';
import type { z } from 'zod';

/** Writes a body as JSON with its checksum, and gives it back with it. */
export const writeChecked = <Body extends object>(path: string, body: Body): Body & { readonly sha256: string } => {
  const whole = { ...body, sha256: digest(canonical(body)) };
  writeWhole(path, `${JSON.stringify(whole, null, 1)}\n`);
  return whole;
};

/**
 * What `writeChecked` wrote, or null where there is no file. Throws `BadInput` for what is no JSON,
 * does not fit the schema, or was changed since. `writer` names the command that wrote it.
 */
export const readChecked = <Body extends { readonly sha256: string }>(
  path: string,
  schema: z.ZodType<Body>,
  { writer, noJson, changed = '' }: { readonly writer: string; readonly noJson: string; readonly changed?: string },
): Body | null => {
  const text = readText(path);
  if (text === null) return null;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${path}: not JSON (${messageOf(error)}); ${noJson}`);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(path, parsed.error, schema));
  const { sha256, ...body } = parsed.data;
  if (digest(canonical(body)) !== sha256) throw new BadInput(`${path}: differs from what ${writer} wrote${changed}`);
  return parsed.data;
};
