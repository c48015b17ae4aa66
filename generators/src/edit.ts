/**
 * The text with a line put before an anchor that occurs once.
 *
 * @throws Error where the anchor is missing or occurs twice: the file has changed its shape.
 */
export const insertBefore = (text: string, anchor: string, added: string): string => {
  const [before, after, ...more] = text.split(anchor);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`the generator no longer fits the file: ${JSON.stringify(anchor)} must occur once`);
  }
  return before + added + anchor + after;
};

/** The text with a line put after the last line that matches. */
export const insertAfterLast = (text: string, pattern: RegExp, added: string): string => {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => pattern.test(line));
  if (last < 0) throw new Error(`the generator no longer fits the file: no line matches ${pattern}`);
  return [...lines.slice(0, last + 1), added, ...lines.slice(last + 1)].join('\n');
};
