import { execFileSync, type StdioOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageVersion, type Surroundings } from '@lab/records';

const here = fileURLToPath(new URL('.', import.meta.url));

const output = (command: string, ...args: readonly string[]): string | null => {
  try {
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
    const options = { encoding: 'utf8', stdio, timeout: 10_000, cwd: here } as const;
    return execFileSync(command, [...args], options).trim();
  } catch {
    return null;
  }
};

const versionOf = (library: string): string => {
  try {
    return packageVersion(library, import.meta.url);
  } catch {
    return 'absent';
  }
};

/**
 * Names of NVIDIA cards as their driver tells them under /proc, else as nvidia-smi does; null where
 * neither is there.
 */
const gpuName = (driver = '/proc/driver/nvidia/gpus'): string | null => {
  try {
    const names = readdirSync(driver).map((card) =>
      /^Model:\s*(.+)$/m.exec(readFileSync(join(driver, card, 'information'), 'utf8'))?.[1]?.trim(),
    );
    const known = names.filter((name) => name !== undefined);
    if (known.length > 0) return known.join(', ');
  } catch {
    // No driver, or one that tells nothing here.
  }
  const told = output('nvidia-smi', '--query-gpu=name', '--format=csv,noheader');
  return told ? told.split('\n').join(', ') : null;
};

/**
 * Where a run takes place: recorded beside it, never part of its identity. `engine` is the engine's
 * own description.
 */
export const surroundingsOf = (engine: string, threads: number): Surroundings => {
  const status = output('git', 'status', '--porcelain', '--untracked-files=no');
  return {
    commit: output('git', 'rev-parse', 'HEAD'),
    dirty: status === null ? null : status !== '',
    node: process.version,
    engine,
    threads,
    cpu: cpus()[0]?.model ?? 'unknown',
    gpu: gpuName(),
    versions: { '@tensorflow/tfjs': versionOf('@tensorflow/tfjs'), 'onnxruntime-node': versionOf('onnxruntime-node') },
  };
};
