import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '@lab/records';
import { z } from 'zod';
import { seedOf } from '../study/run.ts';
import type { Report } from '../report.ts';
import { documentHtml } from './document.ts';
import { h, type Html } from './html.ts';

/** report.json: what a report is about, for other programs and for the list of reports. */
const summarySchema = z.object({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  holds: z.string().nullable(),
  runs: z.number(),
  seeds: z.number(),
  claims: z.record(z.string(), z.number()),
});

type Summary = z.infer<typeof summarySchema>;

/** The text of report.json. */
export const summaryJson = ({ spec, holds, cells, verdicts }: Report): string => {
  const claims: { [status: string]: number } = {};
  for (const { status } of verdicts) claims[status] = (claims[status] ?? 0) + 1;
  const { name, title, question } = spec;
  const runs = new Set(cells.map((cell) => cell.record.result.id)).size;
  const summary: Summary = { name, title, question, holds, runs, seeds: new Set(cells.map(seedOf)).size, claims };
  return `${JSON.stringify(summary, null, 1)}\n`;
};

/**
 * A report below the folder: where it lies, and what it is about; null where report.json is
 * damaged.
 */
interface Listed {
  readonly folder: string;
  readonly summary: Summary | null;
}

/** Folders of an output folder that hold no reports. */
const otherFolders = ['runs', 'cache', 'slurm'];

const foldersIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !otherFolders.includes(entry.name))
    .map(({ name }) => name)
    .sort();

const readSummary = (file: string): Summary | null => {
  try {
    return summarySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
};

/** Every report of `<folder>/<experiment>/<name>`, by name. */
const reportsIn = (folder: string): readonly Listed[] =>
  foldersIn(folder).flatMap((experiment) =>
    foldersIn(join(folder, experiment)).flatMap((name): readonly Listed[] => {
      const file = join(folder, experiment, name, 'report.json');
      return existsSync(file) ? [{ folder: `${experiment}/${name}`, summary: readSummary(file) }] : [];
    }),
  );

const factsOf = ({ holds, runs, seeds, claims }: Summary): string => {
  const verdicts = Object.entries(claims).map(([status, count]) => `${count} ${status}`);
  const parts = [holds, `${runs} runs, ${seeds} seeds`, verdicts.length > 0 ? `claims: ${verdicts.join(', ')}` : null];
  return parts.filter((part) => part !== null).join('. ');
};

const listItem = ({ folder, summary }: Listed): Html => {
  const href = `${folder.split('/').map(encodeURIComponent).join('/')}/report.html`;
  return h`<li><h2><a href="${href}">${summary?.title ?? folder}</a></h2>
<p class="question">${summary?.question ?? ''}</p>
<p class="source">${
    summary ? factsOf(summary) : 'Its report.json cannot be read; ' + 'lab report writes it again.'
  }</p></li>`;
};

const indexHtml = (reports: readonly Listed[]): string =>
  documentHtml({
    title: 'Reports',
    policy: "default-src 'none'; style-src 'unsafe-inline'",
    styles: ['theme', 'base', 'index-page'],
    body: h`<header><h1>Reports</h1></header>
<main id="main"><ul class="reports">${reports.map(listItem)}</ul></main>`,
  });

/** Writes `index.html` of a folder: a link to every report below it. Returns its path. */
export const writeIndex = (folder: string): string => {
  const file = join(folder, 'index.html');
  writeWhole(file, indexHtml(existsSync(folder) ? reportsIn(folder) : []));
  return file;
};
