/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an arm, a scale or the command line changes in a config. */
export type ConfigPatch = { readonly [key: string]: Json };
