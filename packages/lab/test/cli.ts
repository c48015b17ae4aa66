import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly said: () => string;
}

/** Starts `lab` as a user's shell would, in a process of its own, with more in its environment. */
export const startWith = (env: NodeJS.ProcessEnv, ...args: readonly string[]): Started => {
  const child = spawn(process.execPath, ['--import', 'tsx/esm', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended, said: () => stderr };
};

export const start = (...args: readonly string[]): Started => startWith({}, ...args);

export const lab = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

export const scratch = (): { readonly out: string; readonly remove: () => void } => {
  const out = mkdtempSync(join(tmpdir(), 'lab-cli-'));
  return { out, remove: () => rmSync(out, { recursive: true, force: true }) };
};
