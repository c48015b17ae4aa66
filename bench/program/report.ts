/**
 * Ten thousand invented records to every kind of table and figure and one page: seconds and memory.
 *
 *   npx tsx bench/program/report.ts [records, default 10000] [test examples of a run, default 200]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CurvePoint, Prediction } from '@lab/records';
import { type Cell, renderReport, type ReportSpec } from '@lab/report';
import { compare, invent, methods } from '@lab/report/testing';
import { peakMB } from '../shared/peak.ts';

const wanted = Number(process.argv[2] ?? 10_000);
const examples = Number(process.argv[3] ?? 200);
const datasets = Array.from({ length: 10 }, (_, i) => `data-${i}`);
const seeds = Math.max(6, Math.round(wanted / (methods.length * datasets.length * 4)));

/** A few invented runs as the text that a store would hold; thousands of records share them. */
const files = methods.map((method, i) =>
  Array.from({ length: 8 }, (_, seed) => {
    const { predictions, curve } = invent({ seed, method, skill: 1 + 0.1 * i, examples });
    return { predictions: JSON.stringify(predictions), curve: JSON.stringify(curve) };
  }),
);

const cells = datasets.flatMap((dataset) =>
  Array.from({ length: seeds }, (_, seed) =>
    methods.flatMap((method, i) =>
      [0.1, 0.2, 0.3, 0.5].map((p): Cell => {
        const options = method === 'none' ? {} : { p };
        const skill = 1 + 0.1 * i + p - 2 * p * p;
        const { record, labels } = invent({ seed, dataset, method, options, labels: { p }, skill, examples: 20 });
        const text = files[i]![seed % 8]!;
        return {
          record,
          labels,
          predictions: () => JSON.parse(text.predictions) as Prediction[],
          curve: () => JSON.parse(text.curve) as CurvePoint[],
        };
      }),
    ),
  ).flat(),
);
const spec: ReportSpec = {
  ...compare,
  name: 'bench',
  tables: [
    ...compare.tables,
    { kind: 'sweep', name: 'rate', title: 'Rate', x: 'p', metrics: ['score', 'nll', 'ece'] },
    { kind: 'ensemble', name: 'members', title: 'M', metrics: ['score', 'nll'] },
  ],
  figures: [
    ...compare.figures,
    { kind: 'sweep', name: 'rate', title: 'Rate', x: 'p', metrics: ['score', 'nll', 'ece'] },
    { kind: 'ensemble', name: 'members', title: 'M', metrics: ['score', 'nll'] },
    {
      kind: 'bars',
      name: 'bars',
      title: 'Bars',
      metric: 'score',
      baseline: { name: 'none', where: { method: 'none' } },
    },
    { kind: 'heatmap', name: 'heat', title: 'Heat', x: 'p', y: 'method', metric: 'score' },
  ],
};

const out = mkdtempSync(join(tmpdir(), 'report-bench-'));
const before = process.cpuUsage();
const started = performance.now();
const { html, files: written } = await renderReport({ name: 'bench', title: 'bench', question: '', cells }, spec, out);
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(before).user / 1e6;
console.log(
  `${cells.length} records, ${examples} test examples each, ${written.length} files in ${seconds.toFixed(1)} s ` +
    `(${cpu.toFixed(1)} s of processor time); ` +
    `peak memory ${peakMB().toFixed(0)} MB; page ${(statSync(html).size / 1e6).toFixed(1)} MB`,
);
rmSync(out, { recursive: true });
