import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

/** dlopen's flag for a library that stays when its handle is closed (RTLD_NODELETE). */
const STAY = 0x1000;

/** In this order every library finds those that it needs. */
const ORDER = [
  'libcudart',
  'libnvJitLink',
  'libnvrtc',
  'libcublasLt',
  'libcublas',
  'libcurand',
  'libcufft',
  'libcudnn',
];

const rank = (file: string): number => ORDER.findLastIndex((name) => file.startsWith(name));

const folder = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    'bin/napi-v6',
    process.platform,
    process.arch,
  );

/**
 * Loads the CUDA libraries that `npm run setup:cuda` has linked beside ONNX Runtime's own. The CUDA
 * provider asks for them by name and is not told where they lie; a library that is loaded already
 * is found. Does nothing where there are none.
 */
export const loadCudaLibraries = (): void => {
  const from = folder();
  const files = existsSync(from) ? readdirSync(from).filter((file) => rank(file) >= 0) : [];
  const { RTLD_LAZY, RTLD_GLOBAL } = constants.dlopen;
  for (const file of files.sort((a, b) => rank(a) - rank(b) || a.length - b.length)) {
    try {
      process.dlopen({ exports: {} }, join(from, file), RTLD_LAZY | RTLD_GLOBAL | STAY);
    } catch {
      // No addon of Node's, so this always throws, after the library has been loaded. What could
      // not be loaded is named by the provider.
    }
  }
};
