import { BadInput } from './bad-input.ts';

/** Keys that mean something else to JavaScript than to the person who wrote them. */
const reserved: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Deeper than any config; a reader that follows it further might never come back. */
const deepest = 64;

/**
 * Refuses JSON with a reserved key, or nested too deep, before a schema could pass over it in
 * silence. Throws `BadInput` that names the key.
 */
export const refuseReserved = (value: unknown, where: string, path: readonly string[] = []): void => {
  if (typeof value !== 'object' || value === null) return;
  if (path.length > deepest) throw new BadInput(`${where}: key "${path[0]}": nested deeper than ${deepest} levels`);
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key];
    if (reserved.includes(key)) throw new BadInput(`${where}: key "${at.join('.')}": "${key}" cannot be a key`);
    refuseReserved(inner, where, at);
  }
};
