import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { compileSpec, type Drawing } from '../figures/draw.ts';
import { config, colours, ink } from '../figures/theme.ts';
import type { Report } from '../report.ts';
import type { MethodCard } from '../spec/spec.ts';
import type { VerdictStatus } from '../verdict/decide.ts';
import { h, type Html, inlineJson, raw } from './html.ts';
import { pageRuns } from './runs.ts';
import { cardSection, figureSection, provenanceSection, runSection, tableSection, verdictList } from './sections.ts';

/** A report with its drawings, ready for a page. */
export interface Illustrated {
  readonly report: Report;
  /** In the order of `report.figures`. */
  readonly drawings: readonly Drawing[];
}

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

const overview = (pages: readonly Illustrated[]): Html => {
  const all = pages.flatMap(({ report }) => report.verdicts);
  const runs = new Set(pages.flatMap(({ report }) => report.cells.map((c) => c.record.result.id))).size;
  const counts = statuses.map((s) => `${all.filter((v) => v.status === s).length} ${s}`);
  const rule = 'A claim counts as held only where its own test says so; the sentences name test, seeds and power.';
  return h`<p>${runs} runs, ${all.length} claims: ${counts.join(', ')}. ${rule}</p>`;
};

/** Every figure with its drawing and its anchor. */
const drawn = ({ report, drawings }: Illustrated) =>
  report.figures.flatMap((figure, i) => {
    const drawing = drawings[i];
    return drawing ? [{ figure, drawing, id: `${report.spec.name}-figure-${figure.name}` }] : [];
  });

/** Which paper this follows, and which runs it holds. */
const sourceText = ({ spec, holds }: Report): string =>
  [spec.paper === '' ? '' : `After: ${spec.paper}`, holds === null ? '' : `Runs: ${holds}`]
    .filter((part) => part !== '')
    .join('. ');

const cardsSection = (cards: readonly MethodCard[], id: string): Html => {
  const items = cards.map((card) => cardSection(card, `${id}-card-${card.name}`));
  return h`<section aria-labelledby="${id}-cards"><h3 id="${id}-cards">Methods</h3>${items}</section>`;
};

const experiment = ({ report, drawings }: Illustrated): Html => {
  const { spec } = report;
  const { name: id, cards = [] } = spec;
  const figures = drawn({ report, drawings }).map((one) => figureSection(one.figure, one.drawing, one.id));
  return h`
<article id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${spec.title}</h2>
<p class="question">${spec.question}</p>
<p class="source">${sourceText(report)}</p>
${verdictList(report.verdicts)}
${report.tables.map((t) => tableSection(t, `${id}-table-${t.name}`, spec.title))}
<div class="figures">${figures}</div>
${cards.length > 0 && cardsSection(cards, id)}
${runSection(report, `${id}-runs`)}
${provenanceSection(report, `${id}-provenance`)}
</article>`;
};

/**
 * One self-contained page for any number of reports. No address outside the file is ever asked for.
 * Same input, same bytes.
 */
export const pageHtml = (pages: readonly Illustrated[], title = 'LoRA Dropout Lab'): string => {
  const data = {
    figures: Object.fromEntries(pages.flatMap(drawn).map(({ id, drawing }) => [id, drawing.vega])),
    runs: Object.fromEntries(pages.map(({ report }) => [report.spec.name, pageRuns(report.cells)])),
    curve: compileSpec(curveSpec),
  };
  const links = pages.map(({ report: { spec } }) => h`<li><a href="#${spec.name}">${spec.title}</a></li>`);
  return h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<title>${title}</title>
<style>${raw(['./theme.css', './style.css', './parts.css', './print.css'].map(own).join(''))}</style>
</head>
<body>
<a class="skip" href="#main">To the results</a>
<header>
<h1>${title}</h1>
<nav aria-label="Experiments"><ul>${links}</ul></nav>
<p class="tools"><button type="button" id="theme">Dark or light</button></p>
</header>
<main id="main" tabindex="-1">
<section aria-labelledby="overview"><h2 id="overview">What was asked and what came out</h2>${overview(pages)}</section>
${pages.map(experiment)}
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
