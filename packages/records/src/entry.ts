import { z } from 'zod';

/** Where a method, model or data set comes from. `where` is the equation, section or table. */
export interface Citation {
  readonly title: string;
  readonly year: number;
  readonly url: string;
  readonly where: string;
}

/** One line of a catalogue: a name, a version, a schema with all defaults, and a pure builder. */
export interface Entry<Args extends readonly unknown[], Built, S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** Raised when old results are no longer comparable; part of the run id. */
  readonly version: number;
  /** One line for `lab list`. */
  readonly summary: string;
  readonly cite: Citation;
  readonly options: S;
  readonly build: (options: z.infer<S>, ...args: Args) => Built;
}

/** What a config says of an entry: its name and its options. */
export interface Named {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** A list of entries that are chosen by name. */
export interface Catalogue<Args extends readonly unknown[], Built> {
  readonly kind: string;
  readonly entries: readonly Entry<Args, Built>[];
  readonly names: readonly string[];
  /**
   * Fills defaults. Throws `BadInput` for an unknown name or option, naming the allowed ones.
   * `where` is the config key, for the message.
   */
  readonly parse: (config: unknown, where?: string) => Named;
  readonly find: (name: string) => Entry<Args, Built>;
  readonly build: (config: Named, ...args: Args) => Built;
}
