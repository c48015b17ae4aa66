import ts from 'typescript';
import { longLines } from './prose.ts';
import { isTestCode, projectOf, type CodeFile } from './sources.ts';

/** No file is longer than this. */
export const FILE_LINES = 250;

/** What is counted in code. A cast is `x as T` or `<T>x`, but not `as const`. */
export type CodeCounts = {
  readonly lines: number;
  readonly casts: number;
  readonly nonNull: number;
  readonly longCode: number;
  readonly longComments: number;
  readonly longFiles: number;
};

/** CodeCounts of one file. */
export const countFile = (file: CodeFile): CodeCounts => {
  let casts = 0;
  let nonNull = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) casts++;
    if (ts.isTypeAssertionExpression(node)) casts++;
    if (ts.isNonNullExpression(node)) nonNull++;
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  const lines = file.text.endsWith('\n') ? file.lines.length - 1 : file.lines.length;
  const { code, comments } = longLines(file);
  return {
    lines,
    casts,
    nonNull,
    longCode: code,
    longComments: comments,
    longFiles: lines > FILE_LINES ? 1 : 0,
  };
};

const NOTHING: CodeCounts = { lines: 0, casts: 0, nonNull: 0, longCode: 0, longComments: 0, longFiles: 0 };

const plus = (a: CodeCounts, b: CodeCounts): CodeCounts => ({
  lines: a.lines + b.lines,
  casts: a.casts + b.casts,
  nonNull: a.nonNull + b.nonNull,
  longCode: a.longCode + b.longCode,
  longComments: a.longComments + b.longComments,
  longFiles: a.longFiles + b.longFiles,
});

export const addCounts = (counts: readonly CodeCounts[]): CodeCounts => counts.reduce(plus, NOTHING);

/**
 * CodeCounts of every project, production code apart from test code, in the order of their names.
 */
export const countProjects = (
  files: readonly CodeFile[],
): readonly { readonly project: string; readonly production: CodeCounts; readonly tests: CodeCounts }[] =>
  [...new Set(files.map(({ path }) => projectOf(path)))].sort().map((project) => {
    const own = files.filter(({ path }) => projectOf(path) === project);
    const of = (test: boolean) => addCounts(own.filter(({ path }) => isTestCode(path) === test).map(countFile));
    return { project, production: of(false), tests: of(true) };
  });
