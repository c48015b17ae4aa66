/**
 * Ten thousand invented records to every kind of table and figure and one page: seconds and memory.
 *
 *   npx tsx bench/report.ts [records, default 10000]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell, ReportSpec } from '../packages/report/src/index.ts';
import { renderReport } from '../packages/report/src/index.ts';
import { compare } from '../packages/report/test/specs.ts';
import { invent, methods } from '../packages/report/test/synthetic.ts';

const wanted = Number(process.argv[2] ?? 10_000);
const datasets = Array.from({ length: 10 }, (_, i) => `data-${i}`);
const seeds = Math.max(6, Math.round(wanted / (methods.length * datasets.length * 4)));

/** Predictions and curves are made when asked for, as they would be read from disk. */
const lazily = (s: Parameters<typeof invent>[0]): Cell => {
  const { record, labels } = invent({ ...s, examples: 20 });
  const full = (): Cell => invent({ ...s, examples: 100 });
  return { record, labels, predictions: () => full().predictions as never, curve: () => full().curve as never };
};

const cells = datasets.flatMap((dataset) =>
  Array.from({ length: seeds }, (_, seed) =>
    methods.flatMap((method, i) =>
      [0.1, 0.2, 0.3, 0.5].map((p) =>
        lazily({
          seed,
          dataset,
          method,
          options: method === 'none' ? {} : { p },
          labels: { p },
          skill: 1 + 0.1 * i + p - 2 * p * p,
        }),
      ),
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
const started = performance.now();
const { html, files } = await renderReport({ name: 'bench', title: 'bench', question: '', cells }, spec, out);
const seconds = (performance.now() - started) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `${cells.length} records, ${files.length} files in ${seconds.toFixed(1)} s; peak memory ${peak.toFixed(0)} MB; page ${(statSync(html).size / 1e6).toFixed(1)} MB`,
);
rmSync(out, { recursive: true });
