/**
 * Adds the engine `tensorflow` (or with --gpu the engine `gpu`): TensorFlow's own library for Node.
 * Both are optional dependencies, which npm ci leaves out where their download fails.
 *
 *   npm run setup:tensorflow -- [--gpu] [--wheel]
 *
 * First the package's own installer, which downloads a library from its project's host. Where that
 * fails, and always with --wheel, the package's binding is compiled against the library inside
 * TensorFlow's wheel from PyPI (Linux; needs python3 with pip, a C++ compiler, make). With --gpu
 * that is also the way for cards newer than the installer's CUDA 11.2. package-lock.json stays as
 * it is.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: asked } = parseArgs({
  options: { gpu: { type: 'boolean', default: false }, wheel: { type: 'boolean', default: false } },
});

const library = '4.22.0';
const wheelVersion = '2.21.0';
const variant = asked.gpu
  ? { name: '@tensorflow/tfjs-node-gpu', engine: 'gpu', wheel: `tensorflow[and-cuda]==${wheelVersion}` }
  : { name: '@tensorflow/tfjs-node', engine: 'tensorflow', wheel: `tensorflow-cpu==${wheelVersion}` };
const folder = join(root, 'node_modules', variant.name);

const run = (cwd: string, command: string, ...args: readonly string[]): boolean => {
  console.log(`> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status === 0;
};
const has = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const install = (...flags: readonly string[]): boolean =>
  run(root, 'npm', 'install', '--no-save', '--no-audit', '--no-fund', ...flags, `${variant.name}@${library}`);

/** Whether the package loads in a process of its own, and (gpu) sees a device. */
const loads = (): boolean => {
  const check =
    `const tf = require('${variant.name}');` +
    `if (${asked.gpu} && !tf.backend().isUsingGpuDevice) throw new Error('no device');`;
  return spawnSync(process.execPath, ['-e', check], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
};

/** What the build needs and this machine lacks. */
const missing = (): readonly string[] => [
  ...(process.platform === 'linux' ? [] : ['Linux: the wheels of other systems do not hold the library in this form']),
  ...(has('python3', '-m', 'pip', '--version') ? [] : ['python3 with pip']),
  ...(has('g++', '--version') ? [] : ['g++']),
  ...(has('make', '--version') ? [] : ['make']),
];

/** Unpacks the wheel and puts library and headers where the binding's build looks for them. */
const placeLibrary = (): boolean => {
  const unpacked = join(root, '.cache', variant.engine);
  const tensorflow = join(unpacked, 'tensorflow');
  if (!existsSync(tensorflow)) {
    const flags = ['--quiet', '--target', unpacked, ...(asked.gpu ? [] : ['--no-deps'])];
    if (!run(root, 'python3', '-m', 'pip', 'install', ...flags, variant.wheel)) return false;
  }
  const deps = join(folder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  for (const [file, short] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ] as const) {
    // Links: the libraries are large, and found under both names, the linker's and the loader's.
    for (const name of [file, short]) symlinkSync(join(tensorflow, file), join(deps, 'lib', name));
  }
  const headers = join(tensorflow, 'include');
  for (const part of readdirSync(headers).filter((name) => ['tensorflow', 'tsl', 'xla', 'third_party'].includes(name)))
    cpSync(join(headers, part), join(deps, 'include', part), { recursive: true });
  return true;
};

const compile = (): boolean => {
  const prefix = dirname(dirname(process.execPath));
  // Node's headers lie beside it in most installations; without them node-gyp fetches them.
  const local = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  return run(folder, 'npx', '--no-install', 'node-pre-gyp', 'install', '--build-from-source', ...local);
};

const fromWheel = (): boolean => {
  const lacking = missing();
  if (lacking.length > 0) {
    console.error(`The build against TensorFlow's wheel needs ${lacking.join(', ')}.`);
    return false;
  }
  return install('--ignore-scripts') && placeLibrary() && compile() && loads();
};

const done = (!asked.wheel && install() && loads()) || fromWheel();
console.log(
  done
    ? `${variant.name} is ready: engine "${variant.engine}". The next npm ci removes what was built here.`
    : `${variant.name} could not be set up; the messages above say why. Everything else works without it.`,
);
process.exit(done ? 0 : 1);
