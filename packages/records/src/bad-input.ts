/**
 * Input that a person must mend: one sentence that names file, key and allowed values. The command
 * line exits with 2. `key` is the path of the key in the config it stands in, where that is known.
 */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly key: readonly string[] | undefined;
  constructor(message: string, key?: readonly string[]) {
    super(message);
    this.key = key;
  }
}

/** Does something below a key: a `BadInput` that it throws has the key before its own. */
export const underKey = <T>(key: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(error.message, [key, ...(error.key ?? [])]);
  }
};
