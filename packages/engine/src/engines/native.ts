import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { BadInput, codeOf, messageOf, packageVersion } from '@lab/records';
import { startBackend } from './backend.ts';

const require = createRequire(import.meta.url);
const PACKAGE = { tensorflow: '@tensorflow/tfjs-node', gpu: '@tensorflow/tfjs-node-gpu' } as const;

/**
 * Loads TensorFlow's own library for Node and starts its backend. `threads` counts at the first
 * load of a process.
 * @returns one line that names package, version and device
 * @throws BadInput with the reason when the package is absent, its library does not load, or
 *   (`gpu`) no device is seen
 */
export async function startTensorFlow(kind: 'tensorflow' | 'gpu', threads?: number): Promise<string> {
  const name = PACKAGE[kind];
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  // Warnings and errors still come; the library greets with its build flags otherwise.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  try {
    require(name);
    await startBackend('tensorflow');
  } catch (error) {
    const reason = isAbsent(error, name)
      ? 'is not installed'
      : isUnbuilt(error)
        ? `is there without its library (npm run setup:tensorflow${kind === 'gpu' ? ' -- --gpu' : ''} adds it)`
        : `does not load (${firstLine(error)})`;
    throw new BadInput(`Engine "${kind}": the package ${name} ${reason}.`);
  }
  const backend: object = tf.findBackend('tensorflow');
  const onDevice = 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
  if (kind === 'gpu' && !onDevice) {
    throw new BadInput(`Engine "gpu": ${name} loads but sees no CUDA device.`);
  }
  return `${name} ${packageVersion(name, import.meta.url)}, eager, on ${onDevice ? 'a CUDA device' : 'the CPU'}`;
}

function isAbsent(error: unknown, name: string): boolean {
  return codeOf(error) === 'MODULE_NOT_FOUND' && messageOf(error).includes(`'${name}'`);
}

/** What the package says where its binding was neither downloaded nor built. */
function isUnbuilt(error: unknown): boolean {
  return firstLine(error).includes('native addon module (tfjs_binding.node) can not be found');
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!;
}
