import type { z } from 'zod';
import { nearest } from './nearest.ts';

/** One sentence for the first thing a schema refused: where, what was wrong, what is allowed. */
export const sentence = (where: string, error: z.ZodError, allowed: readonly string[]): string => {
  const issue = error.issues[0];
  if (!issue) return `${where}: not valid`;
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const at = path === '' ? '' : ` in "${path}"`;
    const list = path === '' ? `; allowed keys: ${allowed.length > 0 ? allowed.join(', ') : 'none'}` : '';
    return `${where}: unknown key "${key}"${at}${path === '' ? nearest(key, allowed) : ''}${list}`;
  }
  return `${where}: key "${path}": ${issue.message}`;
};
