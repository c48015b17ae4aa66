import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fold, key } from '@lab/random';
import { finishRun, openRun, releaseLease, runId, takeLease, writeCurve, writeHead } from '@lab/records';
import { force, storedStudy, type Cell } from '@lab/report';
import { judge } from '@lab/report/internals';
import { describe, expect, it } from 'vitest';
import { plantedStudy } from './certify/plants.ts';
import { better } from './certify/judged.ts';
import { certificate } from './certify/rows.ts';

const versions = { dataset: 1, model: 1, adapter: 1, dropout: 1 };

/** Writes planted runs into a store as a trainer would. */
const stored = (out: string, cells: readonly Cell[]) =>
  cells.map(({ record, labels, predictions, validation }) => {
    const id = runId(record.config, versions);
    const lease = takeLease(openRun(out, id))!;
    writeHead(lease, record.config, record.surroundings);
    writeCurve(lease, []);
    finishRun(
      lease,
      { ...record.result, id },
      { predictions: force(predictions), validation: force(validation ?? []) },
    );
    releaseLease(lease);
    return { id, config: record.config, labels };
  });

describe('planted truths', () => {
  it('give false verdicts in few studies, and the trap of an unsearched rate is seen', async () => {
    const rows = await certificate(40);
    for (const { plant, asked, wrong } of rows)
      if (asked.startsWith('at most 5 %')) expect(wrong, plant).toBeLessThanOrEqual(0.15);
    const row = (name: string) => rows.find(({ plant }) => plant.startsWith(name))!;
    expect(row('rate-confounded, rates not searched').wrong).toBeGreaterThan(0.5);
    expect(row('rate-confounded, rates searched').wrong).toBeLessThanOrEqual(0.15);
    expect(row('large').right).toBeGreaterThan(0.9);
    expect(row('reversed').right).toBeGreaterThan(0.9);
    expect(row('small, seeds by lab power').right).toBeGreaterThan(0.7);
    expect(row('test labels leak').right).toBeGreaterThan(0.8);
    expect(row('no leak').wrong).toBeLessThanOrEqual(0.05);
  }, 300_000);

  it('come back from disk with the same verdict', () => {
    const out = mkdtempSync(join(tmpdir(), 'planted-'));
    try {
      const cells = plantedStudy({ effects: { a: 0.15, b: 0 } }, fold(key(1), 'disk'), 8);
      const study = storedStudy({ name: 'x', title: 'x', question: 'x' }, stored(out, cells), out);
      const claims = [{ id: 'x', text: 'x', source: 'x', test: better('b') }];
      const [fromDisk, inMemory] = [judge(study.cells, claims), judge(cells, claims)];
      expect(fromDisk[0]!.status).toBe('held');
      expect(fromDisk[0]!.sentence).toBe(inMemory[0]!.sentence);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});
