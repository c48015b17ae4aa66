// Every npm script starts here, with nothing installed: installs what the lock file asks for, then
// hands over.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);

const run = (command, ...rest) => {
  const { status, signal } = spawnSync(command, rest, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_TUI: 'false' },
  });
  return signal ? 130 : (status ?? 1);
};
const bin = (name, ...rest) => run(process.execPath, join(root, 'node_modules', name), ...rest);
const stopAt = (codes) => {
  for (const next of codes) {
    const code = next();
    if (code !== 0) return code;
  }
  return 0;
};

/** Whether this process could make the folder, which only one can. */
const taken = (folder) => {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
};

/** Installs when node_modules is missing or made from another lock file. */
const install = () => {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.lab-lock');
  const current = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
  if (current()) return 0;
  // Two at once would delete each other's files.
  const turn = join(root, '.installing');
  if (!taken(turn)) {
    console.error(`Another command is installing; if none is, remove ${turn}`);
    while (!taken(turn)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    if (current()) return 0;
    console.log('Installing the packages of package-lock.json (about a minute) …');
    const code = run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
    if (code !== 0) {
      console.error('npm ci failed; the messages above say why. Nothing else was done.');
      return code;
    }
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, lock);
    return 0;
  } finally {
    rmdirSync(turn);
  }
};

// node directly, not through a tsx process in between: signals and exit codes arrive unchanged.
const tsx = (file, ...rest) => run(process.execPath, '--import', 'tsx/esm', join(root, file), ...rest);
const lab = (...rest) => tsx('packages/lab/src/main.ts', ...rest);
const TARGETS = 'format,house,lint,typecheck,build,test';
const nx = (...rest) => bin('nx/dist/bin/nx.js', ...rest, '-t', TARGETS, '--outputStyle=static');
const check = () => nx('run-many');
const affected = () => nx('affected', ...args);
const tests = () => bin('vitest/vitest.mjs', 'run', ...args);

const scripts = {
  install: () => 0,
  lab: () => lab(...args),
  reproduce: () => lab('reproduce', ...args),
  format: () => bin('prettier/bin/prettier.cjs', '--write', '--log-level=warn', '.'),
  check,
  affected,
  test: () => (args.length > 0 ? tests() : check()),
  bench: () => tsx(args[0] === 'models' ? 'bench/models.ts' : 'bench/main.ts', ...args),
  'setup:tensorflow': () => tsx('scripts/setup-tensorflow.ts', ...args),
  parity: () => tsx('scripts/parity.ts', ...args),
  faults: () => tsx('scripts/faults.ts', ...args),
  house: () => tsx('scripts/house.ts', ...args),
  'train-decoder': () => tsx('scripts/train-decoder.ts', ...args),
};

const chosen = scripts[script];
if (!chosen) {
  console.error(`unknown script "${script}"; allowed: ${Object.keys(scripts).join(', ')}`);
  process.exit(2);
}
// Ctrl-C belongs to the program that runs; this process only passes its exit code on.
process.on('SIGINT', () => undefined);
process.exit(stopAt([install, chosen]));
