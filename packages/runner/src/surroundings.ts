import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { Surroundings } from '@lab/records';

const git = (...args: readonly string[]): string | null => {
  try {
    return execFileSync('git', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
};

const versionOf = (library: string): string => {
  try {
    const manifest = createRequire(import.meta.url)(`${library}/package.json`) as { version: string };
    return manifest.version;
  } catch {
    return 'absent';
  }
};

/** Where a run takes place: recorded beside it, never part of its identity. `engine` is the engine's own description. */
export const surroundingsOf = (engine: string, threads: number): Surroundings => {
  const status = git('status', '--porcelain', '--untracked-files=no');
  return {
    commit: git('rev-parse', 'HEAD'),
    dirty: status === null ? null : status !== '',
    node: process.version,
    engine,
    threads,
    cpu: cpus()[0]?.model ?? 'unknown',
    versions: { '@tensorflow/tfjs': versionOf('@tensorflow/tfjs'), 'onnxruntime-node': versionOf('onnxruntime-node') },
  };
};
