import { mkdtempSync, readFileSync } from 'node:fs';
import { planRun, runOne, openPreparer, openWorkshop, surroundingsOf } from '/work/main/packages/runner/src/index.ts';
import { openBest } from '/work/main/packages/tensor/src/index.ts';
const [engineName, ...names] = process.argv.slice(2);
const { engine } = await openBest(engineName as 'onnx', { threads: 1 });
const workshop = openWorkshop(engine);
const preparer = openPreparer({ sources: {} as never });
const out = mkdtempSync('/tmp/h6/out-');
const extra = JSON.parse(process.env.EXTRA ?? '{}');
for (const spec of names) {
  const adapter = spec.startsWith('{') ? JSON.parse(spec) : { name: spec };
  const run = planRun({ seed: 1, dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 }, model: { name: 'use-lite' }, adapter, dropout: { name: 'none' }, train: { epochs: 2, batchSize: 8, lr: 2e-3, maxTokens: 16 }, members: 2, ...extra }, 'scratch');
  const losses: number[] = [];
  const t = performance.now();
  try {
    const outcome = await runOne(run, { out, preparer, workshop, surroundings: surroundingsOf(engine.description, 1), onProgress: (p) => { if (p.loss !== null) losses.push(p.loss); }, signal: new AbortController().signal });
    const result = JSON.parse(readFileSync(`${out}/runs/${run.id}/result.json`, 'utf8'));
    const q = result.evaluations.filter((e: any) => e.split === 'test').map((e: any) => `${e.readout}${e.members}: acc ${e.metrics.accuracy} nll ${e.metrics.nll?.toFixed(5)}`).join(' | ');
    console.log(engineName, JSON.stringify(adapter), outcome, `${((performance.now() - t) / 1000).toFixed(1)}s`, 'adapter', result.counts.adapter, 'alive', engine.alive(), '\n   losses', losses.slice(0,2).map((x) => x.toFixed(6)).join(' '), '...', losses.slice(-3).map((x) => x.toFixed(6)).join(' '), '\n  ', q, result.reason ?? '');
  } catch (e) { console.log(engineName, spec, 'ERROR', (e as Error).stack?.slice(0, 600)); }
}
await workshop.close();
