import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { runFolder } from '@lab/records';
import { planRun } from '../src/plan/config.ts';
import type { FromWorker, ToWorker } from '../src/sweep/worker.ts';

const out = mkdtempSync(join(tmpdir(), 'halt-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const run = planRun(
  {
    seed: 0,
    dataset: { name: 'imdb', train: 32, validation: 8, maxTest: 8 },
    model: { name: 'use-lite' },
    adapter: { name: 'lora', r: 2 },
    dropout: { name: 'none' },
    train: { epochs: 1000, batchSize: 8, maxTokens: 8 },
    members: 0,
  },
  'halt',
);

it('a worker that is told to halt by a message writes a checkpoint first: Windows has no signals', async () => {
  const child = fork(fileURLToPath(new URL('../src/sweep/worker.ts', import.meta.url)), {
    execArgv: ['--import', createRequire(import.meta.url).resolve('tsx/esm')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const post = (message: ToWorker): unknown => child.send(message);
  const places = { sources: { cacheDir: join(out, 'cache') } };
  post({ type: 'setup', setup: { out, places, engine: 'auto', threads: 1 } });
  const last = await new Promise<FromWorker>((resolve) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'ready') post({ type: 'run', run, dead: 0 });
      else if (message.type === 'progress' && message.progress.step > 4) post({ type: 'halt' });
      else if (message.type !== 'progress') resolve(message);
    });
  });
  post({ type: 'stop' });
  expect(last).toEqual({ type: 'cancelled', id: run.id });
  expect(existsSync(join(runFolder(out, run.id), 'checkpoint'))).toBe(true);
}, 120_000);
