import ts from 'typescript';
import type { CodeFile } from './sources.ts';

/** Where a name is declared. */
export type DeclaredName = { readonly name: string; readonly path: string; readonly line: number };

const lineOf = (tree: ts.SourceFile, node: ts.Node): number =>
  tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;

const boundNames = (name: ts.BindingName): readonly ts.Identifier[] =>
  ts.isIdentifier(name)
    ? [name]
    : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));

/** The names that one statement declares at the top of a file. */
const declaredBy = (statement: ts.Statement): readonly ts.Identifier[] => {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return named && statement.name ? [statement.name] : [];
};

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const placesOf = ({ path, tree }: CodeFile, wanted: (statement: ts.Statement) => boolean): readonly DeclaredName[] =>
  tree.statements
    .filter(wanted)
    .flatMap(declaredBy)
    .map((name) => ({ name: name.text, path, line: lineOf(tree, name) }));

/** The names a file declares and exports. What it only passes on is not among them. */
const exportedNames = (file: CodeFile): readonly DeclaredName[] => placesOf(file, isExported);

/**
 * Exported names that two files declare, each with its places. A type and a value of one file may
 * share a name.
 */
export const doubleNames = (files: readonly CodeFile[]): readonly (readonly DeclaredName[])[] => {
  const places = new Map<string, DeclaredName[]>();
  for (const place of files.flatMap(exportedNames)) {
    const same = places.get(place.name);
    if (same) same.push(place);
    else places.set(place.name, [place]);
  }
  return [...places.values()].filter((same) => new Set(same.map(({ path }) => path)).size > 1);
};

/** The names that the language and Node define everywhere: `Partial`, `Map`, `process`, ... */
const builtInNames = (): ReadonlySet<string> => {
  const host = ts.createCompilerHost({});
  const probe = ts.createSourceFile('probe.ts', 'export {};', ts.ScriptTarget.ES2023);
  const program = ts.createProgram({
    rootNames: ['probe.ts'],
    options: { lib: ['lib.es2023.d.ts'], types: [] },
    host: { ...host, getSourceFile: (name, at) => (name === 'probe.ts' ? probe : host.getSourceFile(name, at)) },
  });
  const scope = program.getTypeChecker().getSymbolsInScope(probe, ts.SymbolFlags.Value | ts.SymbolFlags.Type);
  return new Set([...scope.map(({ name }) => name), ...Object.getOwnPropertyNames(globalThis)]);
};

/** Declarations at the top of a file that hide a built-in name. */
export const shadowedBuiltIns = (files: readonly CodeFile[]): readonly DeclaredName[] => {
  const builtIns = builtInNames();
  return files.flatMap((file) => placesOf(file, () => true)).filter(({ name }) => builtIns.has(name));
};
