/** Characters of the longest sentence; what a person's file holds may be quoted in it. */
const longest = 1_400;

const escapeOf = (character: string): string =>
  character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One line of bounded length, whatever is quoted in it: control characters are written out. */
const oneLine = (message: string): string => {
  const short =
    message.length > longest ? `${message.slice(0, 900)} … ${message.slice(message.length - 400)}` : message;
  return short.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, escapeOf);
};

/**
 * Input that a person must mend: one sentence that names file, key and allowed values. The command
 * line exits with 2. `key` is the path of the key in the config it stands in, where that is known.
 */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly key: readonly string[] | undefined;

  constructor(message: string, key?: readonly string[]) {
    super(oneLine(message));
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
