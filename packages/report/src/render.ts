import { join } from 'node:path';
import type { Study } from './data/study.ts';
import { draw } from './figures/draw.ts';
import { buildReport, type Report } from './report.ts';
import type { ReportSpec } from './spec.ts';
import { summaryText } from './summary.ts';
import { toCsv } from './tables/csv.ts';
import { toLatex } from './tables/latex.ts';
import { toMarkdown } from './tables/markdown.ts';
import { writeWhole } from './write.ts';

export interface Rendered {
  /** Terminal text: verdicts and tables. */
  readonly summary: string;
  /** Every file of the report, in writing order; also those that already held the same bytes. */
  readonly files: readonly string[];
  readonly report: Report;
}

/** Writes tables (Markdown, CSV, LaTeX) and figures (vega-lite, SVG, PNG). Throws `BadInput` where a file cannot be written. */
export const renderReport = async (study: Study, spec: ReportSpec, outDir: string): Promise<Rendered> => {
  const report = buildReport(study, spec);
  const files: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    const file = join(outDir, name);
    await writeWhole(file, content);
    files.push(file);
  };
  for (const table of report.tables) {
    await write(`tables/${table.name}.md`, toMarkdown(table));
    await write(`tables/${table.name}.csv`, toCsv(table));
    await write(`tables/${table.name}.tex`, toLatex(table));
  }
  for (const figure of report.figures) {
    const drawing = await draw(figure.spec);
    await write(`figures/${figure.name}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`);
    await write(`figures/${figure.name}.svg`, drawing.svg);
    await write(`figures/${figure.name}.png`, drawing.png);
  }
  return { summary: summaryText(report), files, report };
};
