import { readCurve, readRecord } from '@lab/records';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { fold, key } from '@lab/random';
import { Cancelled } from '../src/index.ts';
import { scoringBatches } from '../src/train/search.ts';
import { fileOf, openWorker, scratch, tiny, type Worker } from './worker.ts';

let worker: Worker;
let folder: ReturnType<typeof scratch>;
beforeAll(async () => {
  worker = await openWorker('onnx');
});
afterAll(() => worker.close());
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const hetero = (more: object = {}) =>
  tiny({ name: 'none' }, { adapter: { name: 'heterolora', r: 4, every: 0.5, scoring_batches: 2, ...more } });

const chosen = (out: string, run: { readonly id: string }) =>
  readCurve(out, run.id).flatMap(({ allocations }) => allocations ?? []);

it('searches along training within its budget, and the same after an interruption', async () => {
  const run = hetero();
  await worker.run(run, folder.out);
  const found = chosen(folder.out, run);
  expect(found.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  for (const { parameters, budget, modules } of found) {
    expect(parameters).toBeLessThanOrEqual(budget);
    expect(modules.filter(({ on }) => on)).toHaveLength(5);
  }
  expect(readRecord(folder.out, run.id)!.result.counts.adapter).toBe(found.at(-1)!.parameters);

  const stopped = scratch();
  try {
    const stop = new AbortController();
    const onProgress = ({ step }: { readonly step: number }) => step === 3 && stop.abort();
    await expect(worker.run(run, stopped.out, { signal: stop.signal, onProgress })).rejects.toThrow(Cancelled);
    await worker.run(run, stopped.out);
    expect(chosen(stopped.out, run)).toEqual(found);
    expect(fileOf(stopped.out, run, 'predictions.jsonl')).toBe(fileOf(folder.out, run, 'predictions.jsonl'));
  } finally {
    stopped.remove();
  }
});

it.each(['const', 'snip', 'synflow', 'alpha-test'])('scores modules by %s', async (proxy) => {
  const run = hetero({ proxy, search: 'static', shortcuts: ['residual1'] });
  await worker.run(run, folder.out);
  const [first, ...others] = chosen(folder.out, run);
  expect(others).toEqual([]);
  expect(first!.proxy).toBe(proxy);
  expect(first!.warning === undefined).toBe(proxy === 'const');
});

it('scores on the first rows, unshuffled, at every choice; or on rows drawn anew, as the search asks', () => {
  const of = (scoring: 'first' | 'redrawn', step: number) =>
    scoringBatches({ scoring, batches: 2 }, { rows: 10, batchSize: 4, key: fold(key(1), step) });
  const first = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ];
  expect(of('first', 0)).toEqual(first);
  expect(of('first', 3)).toEqual(first);
  expect(of('redrawn', 0)).not.toEqual(of('redrawn', 3));
  expect(new Set(of('redrawn', 0).flat()).size).toBe(8);
});
