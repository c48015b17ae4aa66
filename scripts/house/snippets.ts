import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { TextFile } from './sources.ts';

/**
 * A block of code in a page. Where the paragraph before it names a file of TypeScript in code
 * marks, that is the file it would be, from the page's folder.
 */
export type Snippet = {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly file?: string;
};

/** The blocks of TypeScript and JSON of a page. */
export const snippetsOf = ({ path, text }: TextFile): readonly Snippet[] =>
  [...text.matchAll(/^```(ts|json)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: body = '' }) => {
    const before = text.slice(0, index);
    const file = /`(\S+\.ts)`/.exec(before.trimEnd().split('\n\n').at(-1) ?? '')?.[1];
    return { page: path, line: before.split('\n').length, language, text: body, ...(file ? { file } : {}) };
  });

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

/** The file that a snippet of TypeScript stands for: the named one, else one beside its page. */
const fileOf = (root: string, { page, line, file = `snippet-${line}.ts` }: Snippet): string =>
  join(root, dirname(page), file);

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
