import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Pages with code of their own: a report, and runs that go on. */
type ClientEntry = 'main' | 'live';

const bundled = new Map<ClientEntry, string>();

const bundle = (entry: ClientEntry): string =>
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../../client/${entry}.ts`, import.meta.url))],
    bundle: true,
    format: 'iife',
    target: 'es2023',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
  })
    .outputFiles.map(({ text }) => text.replace(/<\/script/gi, '<\\/script').replace(/<!--/g, '<\\!--'))
    .join('');

/** A page's code (`client/`) as one script that can stand in it; bundled once a process. */
export const clientScript = (entry: ClientEntry): string => {
  const known = bundled.get(entry) ?? bundle(entry);
  bundled.set(entry, known);
  return known;
};
