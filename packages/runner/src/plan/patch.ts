/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an arm, a scale or the command line changes in a config. */
export type ConfigPatch = { readonly [key: string]: Json };

/** Whether a value of a config is a part with keys of its own. */
export const isObject = (value: Json | undefined): value is ConfigPatch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `dropout.p` and .1 as `{ dropout: { p: .1 } }`. */
export const patchAt = (path: string, value: Json): ConfigPatch => {
  const [last = path, ...above] = path.split('.').reverse();
  return above.reduce<ConfigPatch>((below, key) => ({ [key]: below }), { [last]: value });
};
