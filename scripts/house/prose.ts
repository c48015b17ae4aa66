import ts from 'typescript';
import type { CodeFile, TextFile } from './sources.ts';

/** The longest line of code, and of a comment or of prose. */
const CODE_WIDTH = 120;
export const PROSE_WIDTH = 100;

/** Numbers of the lines that consist of a comment alone, counted from 0. */
const commentLines = ({ text, tree }: CodeFile): ReadonlySet<number> => {
  const numbers = new Set<number>();
  const add = ({ pos, end }: ts.TextRange): void => {
    const { line: from, character } = tree.getLineAndCharacterOfPosition(pos);
    const { line: to } = tree.getLineAndCharacterOfPosition(end);
    if (text.slice(pos - character, pos).trim() !== '') return;
    for (let line = from; line <= to; line++) numbers.add(line);
  };
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(tree) === 0) ts.getLeadingCommentRanges(text, node.pos)?.forEach(add);
    node.getChildren(tree).forEach(visit);
  };
  visit(tree);
  return numbers;
};

/** An address cannot be wrapped. */
const holdsAddress = (line: string): boolean => line.includes('://');

/** How many lines of code and of comments are too long. */
export const longLines = (file: CodeFile): { readonly code: number; readonly comments: number } => {
  const long = file.lines.flatMap((line, number) => (line.length > PROSE_WIDTH ? [{ line, number }] : []));
  if (long.length === 0) return { code: 0, comments: 0 };
  const comments = commentLines(file);
  return {
    code: long.filter(({ line, number }) => !comments.has(number) && line.length > CODE_WIDTH).length,
    comments: long.filter(({ line, number }) => comments.has(number) && !holdsAddress(line)).length,
  };
};

/**
 * Numbers, counted from 1, of the Markdown lines that are too long: tables, code, headings and
 * links do not count.
 */
export const longProse = ({ lines }: TextFile): readonly number[] => {
  const long: number[] = [];
  let fence = false;
  lines.forEach((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) fence = !fence;
    const exempt = fence || /^\s*[|#<]/.test(line) || /^ {4}/.test(line) || line.includes('](') || holdsAddress(line);
    if (!exempt && line.length > PROSE_WIDTH) long.push(index + 1);
  });
  return long;
};
