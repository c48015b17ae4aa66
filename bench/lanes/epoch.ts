/**
 * One epoch of this repository in a process of its own, from reading the rows to the stored record:
 * `node epoch.ts <job as JSON>`. The last line printed is a line of JSON.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@lab/engine';
import { runFolder, type RunResult } from '@lab/records';
import { openPreparer, openWorkshop, planRun, runOne, surroundingsOf } from '@lab/runner';
import type { EpochFigures, EpochJob } from './epochs.ts';
import { peakMB } from '../shared/peak.ts';

const job = JSON.parse(process.argv[2] ?? '{}') as EpochJob & { readonly base?: string };
const planned = planRun(job.config, 'bench/lanes/epoch.ts');
const out = mkdtempSync(join(tmpdir(), 'lab-epoch-'));
const engine = await openEngine('onnx', { threads: job.threads });
const workshop = openWorkshop(engine);
await runOne(planned, {
  out,
  preparer: openPreparer({ sources: { cacheDir: join(tmpdir(), 'lab-bench'), ...job.places }, weights: job.weights }),
  workshop,
  surroundings: surroundingsOf(engine.description, job.threads),
  onProgress: () => undefined,
  signal: new AbortController().signal,
});
await workshop.close();
const { cost, evaluations } = JSON.parse(
  readFileSync(join(runFolder(out, planned.id), 'result.json'), 'utf8'),
) as RunResult;
rmSync(out, { recursive: true });
const tested = evaluations.find(({ split, readout }) => split === 'test' && readout === 'deterministic');
const figures: EpochFigures = {
  start: performance.now() / 1000 - cost.trainSeconds - cost.evalSeconds,
  train: cost.trainSeconds,
  evaluate: cost.evalSeconds,
  score: tested?.metrics['accuracy'] ?? NaN,
  peakMB: peakMB(),
};
console.log(JSON.stringify(figures));
process.exit(0);
