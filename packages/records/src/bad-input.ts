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
 * line exits with 2.
 */
export class BadInput extends Error {
  override readonly name = 'BadInput';

  constructor(message: string) {
    super(oneLine(message));
  }
}
