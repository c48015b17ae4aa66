import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { VerdictStatus } from '../verdict/decide.ts';
import type { Report } from '../report.ts';
import { toCsv } from '../tables/formats/csv.ts';
import { toLatex } from '../tables/formats/latex.ts';
import { articleHtml, drawnFigures, type Illustrated } from './article.ts';
import { clientScript } from './client-script.ts';
import { documentHtml } from './document.ts';
import { h, type Html, inlineJson, raw } from './html.ts';

/** Vega's own browser build, from the package that also drew the files. */
const vegaScript = (): string => {
  const require = createRequire(import.meta.url);
  return readFileSync(join(dirname(require.resolve('vega')), 'vega.min.js'), 'utf8');
};

const inlineScript = (code: string): Html => raw(code.replace(/<\/script/gi, '<\\/script').replace(/<!--/g, '<\\!--'));

/** Nothing outside the file is asked for; vega builds functions from expressions. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline' 'unsafe-eval'",
  'img-src data:',
  "connect-src 'self'",
].join('; ');

const close = h`<form method="dialog"><button class="close">Close</button></form>`;
const dialogContent = h`${close}<h2 id="detail-title"></h2><div id="detail-body"></div>`;

const styles = ['theme', 'base', 'parts', 'explorer', 'print'];

/** Every table's files, by the id of its section. */
const tableFiles = ({ spec, tables }: Report) =>
  tables.map((table) => [
    `${spec.name}-table-${table.name}`,
    { name: table.name, csv: toCsv(table), tex: toLatex(table) },
  ]);

const statuses: readonly VerdictStatus[] = ['held', 'equivalent', 'contradicted', 'cannot tell'];

const overviewSection = (pages: readonly Illustrated[]): Html => {
  const all = pages.flatMap(({ report }) => report.verdicts);
  const runs = new Set(pages.flatMap(({ report }) => report.cells.map((c) => c.record.result.id))).size;
  const counts = statuses.map((s) => `${all.filter((v) => v.status === s).length} ${s}`);
  const rule = 'A claim counts as held only where its own test says so; the sentences name test, seeds and power.';
  return h`<section aria-labelledby="overview"><h2 id="overview">What was asked and what came out</h2>
<p>${runs} runs, ${all.length} claims: ${counts.join(', ')}. ${rule}</p></section>`;
};

/**
 * One self-contained page for any number of reports. No address outside the file is ever asked for.
 * Same input, same bytes.
 */
export const pageHtml = (pages: readonly Illustrated[], title = 'LoRA Dropout Lab'): string => {
  const data = {
    figures: Object.fromEntries(pages.flatMap(drawnFigures).map(({ id, drawing }) => [id, drawing.vega])),
    tables: Object.fromEntries(pages.flatMap(({ report }) => tableFiles(report))),
    explorers: Object.fromEntries(pages.map(({ report }) => [report.spec.name, report.explorer()])),
  };
  const isSingle = pages.length === 1;
  const links = pages.map(({ report: { spec } }) => h`<li><a href="#${spec.name}">${spec.title}</a></li>`);
  const body = h`<a class="skip" href="#main">To the results</a>
<header>
<h1 id="page-title">${title}</h1>
${!isSingle && h`<nav aria-label="Experiments"><ul>${links}</ul></nav>`}
<p class="tools"><button type="button" id="theme">Dark or light</button></p>
</header>
<main id="main" tabindex="-1">
${!isSingle && overviewSection(pages)}
${pages.map((one) => articleHtml(one, isSingle))}
</main>
<div id="tooltip" role="tooltip" hidden></div>
<dialog id="detail" aria-labelledby="detail-title">${dialogContent}</dialog>
<script type="application/json" id="data">${inlineJson(data)}</script>
<script>${inlineScript(vegaScript())}</script>
<script>${raw(clientScript('main'))}</script>`;
  return documentHtml({ title, policy, styles, body });
};
