import { z } from 'zod';
import { BadInput } from './refuse/bad-input.ts';
import type { Catalogue, Entry, Named } from './entry.ts';
import { present } from './item.ts';
import { nearest } from './refuse/nearest.ts';
import { keyNamed, sentence } from './refuse/sentence.ts';

/** Keeps an entry's schema type while it joins a list of others. */
export const entry = <Args extends readonly unknown[], Built, S extends z.ZodObject>(
  e: Entry<Args, Built, S>,
): Entry<Args, Built> => e as unknown as Entry<Args, Built>;

const named = z.looseObject({ name: z.string() });

/** Makes a catalogue of entries. Throws when two entries share a name. */
export const catalogue = <Args extends readonly unknown[], Built>(
  kind: string,
  entries: readonly Entry<Args, Built>[],
): Catalogue<Args, Built> => {
  const byName = new Map(entries.map((e) => [e.name, e]));
  if (byName.size !== entries.length) throw new Error(`two entries of the ${kind} catalogue share a name`);
  const names = entries.map((e) => e.name);
  // Made once: a schema compiles itself at its first use.
  const strict = new Map(entries.map((e) => [e, e.options.strict()]));
  const find = (name: string): Entry<Args, Built> => {
    const known = byName.get(name);
    if (!known)
      throw new BadInput(`unknown ${kind} "${name}"${nearest(name, names)}; allowed: ${names.join(', ')}`, ['name']);
    return known;
  };
  const parse = (config: unknown, where = kind): Named => {
    const head = named.safeParse(config);
    if (!head.success) throw new BadInput(`${where}: expected { name, …options }; allowed names: ${names.join(', ')}`);
    const { name, ...options } = head.data;
    const schema = present(strict.get(find(name)), `the options of ${name}`);
    const parsed = schema.safeParse(options);
    if (!parsed.success)
      throw new BadInput(sentence(`${where} (${name})`, parsed.error, schema), keyNamed(parsed.error));
    return { name, ...parsed.data };
  };
  return {
    kind,
    entries,
    names,
    parse,
    find,
    build: (config, ...args) => {
      const { name, ...options } = config;
      return find(name).build(options, ...args);
    },
  };
};
