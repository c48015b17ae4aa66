import { z } from 'zod';
import { nearest } from './nearest.ts';

/**
 * Keys of the object schema at `path`, seen through defaults, optionals, records and lists; none
 * where there is no such object.
 */
const keysAt = (schema: unknown, path: readonly PropertyKey[]): readonly string[] => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return keysAt(schema.unwrap(), path);
  const [head, ...rest] = path;
  if (schema instanceof z.ZodRecord && head !== undefined) return keysAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray && head !== undefined) return keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: { readonly [key: string]: unknown } = schema.shape;
  return head === undefined ? Object.keys(shape) : keysAt(shape[String(head)], rest);
};

/** The issue that says most: a key that nobody knows explains another one that is missing. */
const firstIssue = ({ issues }: z.ZodError): z.core.$ZodIssue | undefined =>
  issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];

/** Path of the key that `sentence` names. */
export const keyNamed = (error: z.ZodError): readonly string[] => {
  const issue = firstIssue(error);
  const path = issue?.path.map(String) ?? [];
  return issue?.code === 'unrecognized_keys' ? [...path, ...issue.keys.slice(0, 1)] : path;
};

/**
 * One sentence for the first thing a schema refused: where, what was wrong, what is allowed.
 * `allowed` is the schema, or the keys of its outermost object.
 */
export const sentence = (where: string, error: z.ZodError, allowed: z.ZodType | readonly string[]): string => {
  const issue = firstIssue(error);
  if (!issue) return `${where}: not valid`;
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return `${where}: ${path === '' ? '' : `key "${path}": `}${issue.message}`;
  const key = issue.keys[0] ?? '';
  const keys = allowed instanceof z.ZodType ? keysAt(allowed, issue.path) : path === '' ? allowed : [];
  const at = path === '' ? '' : ` in "${path}"`;
  const list = keys.length > 0 ? keys.join(', ') : 'none';
  return `${where}: unknown key "${key}"${at}${nearest(key, keys)}; allowed keys: ${list}`;
};
