/**
 * Adds ONNX Runtime's CUDA provider for `--provider cuda` (Linux, x64). It lies in the wheel
 * onnxruntime-gpu on PyPI, in the same version as the npm package, which has none; its CUDA
 * libraries are wheels too. pip checks what it downloads against the index' checksums.
 *
 *   npm run setup:cuda [-- --python python3]
 *
 * The files go to .cache/cuda (about 3 GB) and are linked beside the native library of the npm
 * package. The driver, libcuda.so.1, comes with the machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openEngine } from '@lab/engine';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const place = createRequire(join(root, 'packages/engine/package.json')).resolve('onnxruntime-node/package.json');
const { version } = JSON.parse(readFileSync(place, 'utf8')) as { version: string };
const unpacked = join(root, '.cache', 'cuda');
/** The wheel's own list of what is in it, by name and version. */
const receipt = join(unpacked, `onnxruntime_gpu-${version}.dist-info`);

const fail = (why: string): never => {
  console.error(`The CUDA provider could not be set up: ${why}. Everything else works without it.`);
  process.exit(1);
};

const download = (): void => {
  if (existsSync(receipt)) return;
  rmSync(unpacked, { recursive: true, force: true });
  const wheel = `onnxruntime-gpu[cuda,cudnn]==${version}`;
  console.log(`> ${values.python} -m pip install --target ${unpacked} ${wheel}`);
  const args = ['-m', 'pip', 'install', '--quiet', '--target', unpacked, wheel];
  const { status } = spawnSync(values.python, args, { stdio: 'inherit' });
  if (status !== 0) fail(`${values.python} with pip could not install ${wheel}`);
};

/** Folders under `nvidia` that hold libraries, whatever the wheels call them. */
const libraryFolders = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory() && entry.name === 'lib')
    .map((entry) => join(entry.parentPath, entry.name));

const isLibrary = (name: string): boolean => /\.so(\.\d+)*$/.test(name);

/** Links every library beside the npm package's own, in place of what has its name there. */
const link = (): number => {
  const native = join(dirname(place), 'bin', 'napi-v6', 'linux', 'x64');
  if (!existsSync(native)) fail(`${native} is missing: this is another version of onnxruntime-node than expected`);
  const capi = join(unpacked, 'onnxruntime', 'capi');
  const providers = ['cuda', 'shared'].map((name) => join(capi, `libonnxruntime_providers_${name}.so`));
  const cuda = libraryFolders(join(unpacked, 'nvidia')).flatMap((folder) =>
    readdirSync(folder)
      .filter(isLibrary)
      .map((name) => join(folder, name)),
  );
  const files = [...providers, ...cuda];
  for (const file of files) {
    const beside = join(native, file.slice(file.lastIndexOf('/') + 1));
    rmSync(beside, { force: true });
    symlinkSync(file, beside);
  }
  return files.length;
};

if (process.platform !== 'linux' || process.arch !== 'x64') fail('its wheels are for Linux on x64');
download();
console.log(`${link()} libraries are linked beside onnxruntime-node ${version}.`);
try {
  const engine = await openEngine('onnx', { provider: 'cuda' });
  console.log(`Ready: ${engine.description}. The next npm ci removes the links.`);
  await engine.close();
} catch (error) {
  console.log(`Linked, but it does not start here: ${(error as Error).message}`);
}
process.exit(0);
