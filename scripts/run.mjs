// Every npm script starts here, with nothing installed: installs what the lock file asks for, then
// hands over. Written so that old versions of Node can read it and say what they lack.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forwardSignals, inTurn, runProgram } from './run/child.mjs';
import { install } from './run/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);

const node = (...rest) => runProgram(process.execPath, rest, { cwd: root });
const bin = (name, ...rest) => node(join(root, 'node_modules', name), ...rest);
// node directly, not through a tsx process in between: signals and exit codes arrive unchanged.
const tsx = (file, ...rest) => node('--import', 'tsx/esm', join(root, file), ...rest);
const lab = (...rest) => tsx('packages/lab/src/main.ts', ...rest);
const TARGETS = 'format,house,lint,typecheck,build,test';
const nx = (...rest) => bin('nx/dist/bin/nx.js', ...rest, '-t', TARGETS, '--outputStyle=static');
const check = () => nx('run-many');

const scripts = {
  install: () => 0,
  lab: () => lab(...args),
  reproduce: () => lab('reproduce', ...args),
  format: () => bin('prettier/bin/prettier.cjs', '--write', '--log-level=warn', '.'),
  check,
  affected: () => nx('affected', ...args),
  test: () => (args.length > 0 ? bin('vitest/vitest.mjs', 'run', ...args) : check()),
  bench: () => tsx(args[0] === 'models' ? 'bench/models.ts' : 'bench/main.ts', ...args),
  'setup:cuda': () => tsx('scripts/setup/setup-cuda.ts', ...args),
  'setup:tensorflow': () => tsx('scripts/setup/setup-tensorflow.ts', ...args),
  'paper-shapes': () => tsx('scripts/studies/paper-shapes.ts', ...args),
  parity: () => tsx('scripts/checks/parity.ts', ...args),
  'peft-exports': () => tsx('scripts/checks/peft-exports.ts', ...args),
  faults: () => tsx('scripts/checks/faults.ts', ...args),
  fuzz: () => tsx('scripts/checks/fuzz.ts', ...args),
  attacks: () => tsx('scripts/checks/attacks.ts', ...args),
  house: () => tsx('scripts/house.ts', ...args),
  readme: () => tsx('scripts/make/readme.ts', ...args),
  paper: () => tsx('scripts/make/paper.ts', ...args),
  'five-minutes': () => tsx('scripts/make/five-minutes.ts', ...args),
  leases: () => tsx('scripts/checks/leases.ts', ...args),
  supply: () => tsx('scripts/checks/supply.ts', ...args),
  'train-decoder': () => tsx('scripts/make/train-decoder.ts', ...args),
};

const main = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: this needs Node 20.19 or newer (https://nodejs.org).`);
    return 2;
  }
  const chosen = Object.hasOwn(scripts, script ?? '') ? scripts[script] : undefined;
  if (!chosen) {
    console.error(`unknown script "${script}"; allowed: ${Object.keys(scripts).join(', ')}`);
    return 2;
  }
  forwardSignals();
  return inTurn([() => install(root), chosen]);
};
main().then((code) => process.exit(code));
