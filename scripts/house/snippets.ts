import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { TextFile } from './sources.ts';

/** A block of code in a page. Its first line may be a comment that names the file it would be. */
export type Snippet = {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
};

/** The blocks of TypeScript and JSON of a page. */
export const snippetsOf = ({ path, text }: TextFile): readonly Snippet[] =>
  [...text.matchAll(/^```(ts|json)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: body = '' }) => ({
    page: path,
    line: text.slice(0, index).split('\n').length,
    language,
    text: body,
  }));

const at = ({ page, line }: Snippet) => `${page}:${line}`;

/** The snippets that Prettier would write in another way. */
export const unformatted = async (root: string, snippets: readonly Snippet[]): Promise<readonly string[]> => {
  const options = await resolveConfig(join(root, 'snippet.ts'));
  const checked = snippets.map(async (snippet) => {
    const parser = snippet.language === 'ts' ? 'typescript' : 'json';
    const text = await format(snippet.text, { ...options, parser });
    return text === snippet.text ? [] : [`${at(snippet)} should read\n${text}`];
  });
  return (await Promise.all(checked)).flat();
};

/** The file that a snippet of TypeScript stands for: the one its first line names, else one beside its page. */
const fileOf = (root: string, { page, line, text }: Snippet): string => {
  const named = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
  return join(root, named ?? join(dirname(page), `snippet-${line}.ts`));
};

/** What the compiler says of the snippets of TypeScript. */
export const uncompiled = (root: string, snippets: readonly Snippet[]): readonly string[] => {
  const files = new Map(
    snippets.filter(({ language }) => language === 'ts').map((snippet) => [fileOf(root, snippet), snippet]),
  );
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (name) => ts.sys.readFile(name));
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false },
    {
      ...host,
      fileExists: (name) => files.has(name) || host.fileExists(name),
      readFile: (name) => files.get(name)?.text ?? host.readFile(name),
      getSourceFile: (name, language) => {
        const snippet = files.get(name);
        return snippet ? ts.createSourceFile(name, snippet.text, language) : host.getSourceFile(name, language);
      },
    },
  );
  return [...files].flatMap(([name, snippet]) => {
    const file = program.getSourceFile(name);
    if (!file) return [`${at(snippet)} was not compiled`];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${at(snippet)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
};
