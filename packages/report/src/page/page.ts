import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { compileSpec } from '../figures/draw.ts';
import { config, colours, ink } from '../figures/parts/theme.ts';
import type { VerdictStatus } from '../verdict/decide.ts';
import { articleHtml, drawnFigures, type Illustrated } from './article.ts';
import { h, type Html, inlineJson, raw } from './html.ts';
import { pageRuns } from './runs.ts';

const own = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

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

const losses = ['training loss', 'held-out NLL'];

/** Curves of one run: rows of `curve` are set by the script. */
const curveSpec = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  config,
  width: 320,
  height: 140,
  data: { name: 'curve' },
  mark: { type: 'line', point: { size: 20 } },
  encoding: {
    x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' } },
    y: { field: 'value', type: 'quantitative', title: null },
    color: {
      field: 'what',
      type: 'nominal',
      title: null,
      sort: null,
      scale: { domain: losses, range: [ink, colours[1]] },
    },
    strokeDash: {
      field: 'what',
      type: 'nominal',
      title: null,
      sort: null,
      scale: { domain: losses },
      legend: { symbolType: 'stroke' },
    },
  },
} as unknown as TopLevelSpec;

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
    runs: Object.fromEntries(pages.map(({ report }) => [report.spec.name, pageRuns(report.cells)])),
    curve: compileSpec(curveSpec),
  };
  const isSingle = pages.length === 1;
  const links = pages.map(({ report: { spec } }) => h`<li><a href="#${spec.name}">${spec.title}</a></li>`);
  return h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<title>${title}</title>
<style>${raw(['./style/theme.css', './style/base.css', './style/parts.css', './style/print.css'].map(own).join(''))}</style>
</head>
<body>
<a class="skip" href="#main">To the results</a>
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
<script>${inlineScript(own('./client.js'))}</script>
</body>
</html>
`.html;
};
