import { join } from 'node:path';
import { BadInput, writeWhole } from '@lab/records';
import { flatCsv } from './tables/runs.ts';
import type { Study } from './study/study.ts';
import { drawSpec, type Drawing } from './figures/draw.ts';
import { summaryJson } from './page/index-page.ts';
import type { Illustrated } from './page/article.ts';
import { pageHtml } from './page/page.ts';
import { buildReport } from './report.ts';
import type { ReportSpec } from './spec/spec.ts';
import { toCsv } from './tables/formats/csv.ts';
import { toLatex } from './tables/formats/latex.ts';
import { toMarkdown } from './tables/formats/markdown.ts';

export interface Rendered extends Illustrated {
  /** Every file of the report, in writing order; also those that already held the same bytes. */
  readonly files: readonly string[];
  /** Path of this report's own page. */
  readonly html: string;
}

/** Names become files and page anchors. */
const checkNames = (spec: ReportSpec): void => {
  const names = [...spec.tables, ...spec.figures].map(({ name }) => name);
  const bad = [spec.name, ...names].find((name) => !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name));
  if (bad !== undefined) {
    throw new BadInput(
      `report "${spec.name}": key "name": "${bad}" is not a file name; allowed: letters, digits and hyphens`,
    );
  }
  for (const list of [spec.tables, spec.figures]) {
    const twice = list.find(({ name }, i) => list.findIndex((other) => other.name === name) < i);
    if (twice)
      throw new BadInput(
        `report "${spec.name}": key "name": "${twice.name}" is used twice; every table and figure needs its own`,
      );
  }
};

/**
 * Writes tables (Markdown, CSV, LaTeX; all runs in runs.csv), figures (vega-lite, SVG, PNG) and
 * report.html under `outDir`. Throws `BadInput` where a file cannot be written. Same records and
 * specification, same bytes.
 */
export const writeReportFiles = async (study: Study, spec: ReportSpec, outDir: string): Promise<Rendered> => {
  checkNames(spec);
  const report = buildReport(study, spec);
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(outDir, name);
    writeWhole(file, content);
    files.push(file);
    return file;
  };
  for (const table of report.tables) {
    write(`tables/${table.name}.md`, toMarkdown(table));
    write(`tables/${table.name}.csv`, toCsv(table));
    write(`tables/${table.name}.tex`, toLatex(table));
  }
  write('tables/runs.csv', flatCsv(report.cells));
  const drawings: Drawing[] = [];
  for (const figure of report.figures) {
    const drawing = await drawSpec(figure.spec);
    write(`figures/${figure.name}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`);
    write(`figures/${figure.name}.svg`, drawing.svg);
    write(`figures/${figure.name}.png`, drawing.png);
    drawings.push(drawing);
  }
  write('report.json', summaryJson(report));
  const html = write('report.html', pageHtml([{ report, drawings }], spec.title));
  return { files, html, report, drawings };
};
