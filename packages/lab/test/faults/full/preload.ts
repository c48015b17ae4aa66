/**
 * A module for `node --import`: from the moment at which a process opens a file to write whose path
 * fits LAB_FULL_AT, the kernel lets no file of the process grow beyond 16 bytes (RLIMIT_FSIZE, as
 * `ulimit -f` sets it). LAB_FULL_SEEN is made when that happens. Where LAB_HUB names a folder, its
 * files are what every repository of the hub holds.
 */
export const preload = `import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const { LAB_FULL_AT, LAB_FULL_SEEN, LAB_HUB } = process.env;
const kind = LAB_FULL_AT && new RegExp(LAB_FULL_AT);
let full = false;
const opened = (path) => {
  if (full || !kind || !kind.test(String(path))) return;
  full = true;
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=16:']);
  fs.closeSync(open(LAB_FULL_SEEN, 'w'));
};
const open = fs.openSync;
fs.openSync = (path, flags = 'r', ...more) => {
  const writes = typeof flags === 'string' ? /[wa+]/.test(flags) : (flags & 3) !== 0;
  if (writes) opened(path);
  return open(path, flags, ...more);
};
for (const name of ['writeFileSync', 'appendFileSync', 'createWriteStream']) {
  const real = fs[name];
  fs[name] = (path, ...more) => {
    opened(path);
    return real(path, ...more);
  };
}
syncBuiltinESMExports();

if (LAB_HUB)
  globalThis.fetch = async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname.split('/').at(-1);
    const file = join(LAB_HUB, path);
    if (!fs.existsSync(file)) return new Response('', { status: 404, headers: { 'X-Error-Code': 'EntryNotFound' } });
    const bytes = fs.readFileSync(file);
    const [, from, to] = /bytes=(\\d+)-(\\d*)/.exec(new Headers(init?.headers).get('Range') ?? 'bytes=0-');
    const end = to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1);
    const headers = { 'Content-Range': \`bytes \${from}-\${end - 1}/\${bytes.length}\`, ETag: '"x"' };
    return new Response(bytes.subarray(Number(from), end), { status: 206, headers });
  };
`;
