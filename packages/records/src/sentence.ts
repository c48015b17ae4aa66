import { z } from 'zod';
import { nearest } from './nearest.ts';

/**
 * Keys of the object schema at `path`, seen through defaults and optionals; none where there is no
 * such object.
 */
const keysAt = (schema: unknown, path: readonly PropertyKey[]): readonly string[] => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return keysAt(schema.unwrap(), path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [head, ...rest] = path;
  const shape: { readonly [key: string]: unknown } = schema.shape;
  return head === undefined ? Object.keys(shape) : keysAt(shape[String(head)], rest);
};

/**
 * One sentence for the first thing a schema refused: where, what was wrong, what is allowed.
 * `allowed` is the schema, or the keys of its outermost object.
 */
export const sentence = (where: string, error: z.ZodError, allowed: z.ZodType | readonly string[]): string => {
  const issue = error.issues[0];
  if (!issue) return `${where}: not valid`;
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return `${where}: key "${path}": ${issue.message}`;
  const key = issue.keys[0] ?? '';
  const keys = allowed instanceof z.ZodType ? keysAt(allowed, issue.path) : path === '' ? allowed : [];
  const at = path === '' ? '' : ` in "${path}"`;
  const list = keys.length > 0 ? keys.join(', ') : 'none';
  return `${where}: unknown key "${key}"${at}${nearest(key, keys)}; allowed keys: ${list}`;
};
