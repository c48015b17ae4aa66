import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const entry = fileURLToPath(new URL('../../client/main.ts', import.meta.url));

let bundled: string | undefined;

/** The browser's code (`client/`) as one script; bundled once a process. */
export const clientScript = (): string =>
  (bundled ??= buildSync({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2023',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
  })
    .outputFiles.map(({ text }) => text)
    .join(''));
