import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of a page, as a reader would type it. */
export interface PageCommand {
  readonly page: string;
  readonly text: string;
  /** Why the test does not run it; null: it does. */
  readonly notRun: string | null;
}

/** Commands of the `sh` blocks of a page; a comment above a block says why it is not run. */
export const commandsOf = (page: string, text: string): readonly PageCommand[] => {
  const commands: PageCommand[] = [];
  let reason: string | null = null;
  let inside = false;
  // A line that ends with a backslash goes on.
  const lines = text.replace(/ \\\n */g, ' ').split('\n');
  lines.forEach((line) => {
    if (line.startsWith('```')) {
      if (inside) reason = null;
      inside = line === '```sh';
      return;
    }
    const said = /^<!-- not run: (.+) -->$/.exec(line);
    if (said) reason = said[1] ?? null;
    const command = line.replace(/\s+#.*$/, '').trim();
    if (inside && command !== '') commands.push({ page, text: command, notRun: reason });
  });
  return commands;
};

/** The pages whose commands are run: the root README and docs/. */
export const pagesIn = (
  root: string,
): readonly { readonly page: string; readonly commands: readonly PageCommand[] }[] =>
  [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
    .map((page) => ({ page, commands: commandsOf(page, readFileSync(join(root, page), 'utf8')) }))
    .filter(({ commands }) => commands.length > 0);

/** Words of a command as a POSIX shell parts them: quotes, no other signs. */
export const wordsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
