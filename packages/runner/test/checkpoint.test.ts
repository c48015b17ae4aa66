import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { floats } from '@lab/engine';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpointBytes, readCheckpoint, type Checkpoint } from '../src/train/checkpoint.ts';
import { scratch } from './worker.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const checkpoint: Checkpoint = {
  cursor: { step: 3, lossSum: 1, lossCount: 2, curve: [], best: null, seconds: 1 },
  arrays: { theta: floats(Float32Array.of(1, 2), [2]) },
};

it('gives back what was written, to the run it is of alone', () => {
  const path = join(folder.out, 'state.safetensors');
  writeFileSync(path, checkpointBytes('one', checkpoint));
  expect(readCheckpoint(path, 'one')?.cursor).toEqual(checkpoint.cursor);
  expect(readCheckpoint(path, 'other')).toBeNull();
  expect(existsSync(`${path}.corrupt-1`)).toBe(true);
});

it.each<[string, (path: string) => void]>([
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  ['a link in a circle', (path) => symlinkSync(path, path)],
])('sets %s aside, and does not wait for it', (_what, make) => {
  const path = join(folder.out, 'state.safetensors');
  make(path);
  expect(readCheckpoint(path, 'one')).toBeNull();
  expect(readCheckpoint(path, 'one')).toBeNull();
});
