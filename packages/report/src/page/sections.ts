import MarkdownIt from 'markdown-it';
import { caption } from '../study/caption.ts';
import type { Drawing } from '../figures/draw.ts';
import type { Figure, Row } from '../figures/figure.ts';
import type { Report } from '../report.ts';
import type { MethodCard } from '../spec/spec.ts';
import type { Table } from '../tables/table.ts';
import { statusText, type Verdict } from '../verdict/verdict.ts';
import { h, type Html, raw } from './html.ts';
import { provenance } from './provenance.ts';

// Raw HTML inside a card stays text; links are checked by the library.
const markdown = new MarkdownIt({ html: false, linkify: false });

/** A heading one level down for each `#`, so that a card's title does not compete with the page's. */
const lowered = (body: string): string => body.replace(/^(#{1,3}) /gm, '###$1 ');

const sorter = (title: string, j: number): Html =>
  h`<button type="button" class="sort" data-column="${j}">${title}<span class="arrow" aria-hidden="true"></span></button>`;

/** A table with a filter box and sortable columns. */
export const tableSection = (table: Table, id: string, of: string): Html => h`
<section class="table" id="${id}">
<h3 id="${id}-title">${table.title}</h3>
<p class="caption" id="${id}-caption">${table.caption}</p>
<p class="tools"><label for="${id}-filter">Filter rows of “${table.title}”</label> <input type="search" id="${id}-filter" data-filter="${id}-body" autocomplete="off"> <span class="count" role="status"></span></p>
<div class="scroll" tabindex="0" role="region" aria-label="${`${of}: ${table.title}`}">
<table aria-describedby="${id}-caption"><thead><tr>${table.columns.map((c, j) => h`<th scope="col" class="${c.align}">${sorter(c.title, j)}</th>`)}</tr></thead>
<tbody id="${id}-body">${table.rows.map(
  (row) =>
    h`<tr>${row.map((e, j) =>
      j === 0
        ? h`<th scope="row">${e.text}</th>`
        : h`<td class="${table.columns[j]!.align}" data-sort="${typeof e.sort === 'number' ? String(e.sort) : ''}">${e.text}</td>`,
    )}</tr>`,
)}</tbody></table></div>
${table.notes.length > 0 && h`<ul class="notes">${table.notes.map((n) => h`<li>${n}</li>`)}</ul>`}
</section>`;

const cell = (v: Row[string] | undefined): string => {
  if (v === null || v === undefined) return 'n/a';
  return typeof v === 'number' ? String(Number(v.toPrecision(6))) : String(v);
};

const dataTable = (rows: readonly Row[], id: string): Html => {
  const keys = [...new Set(rows.flatMap((r) => Object.keys(r)))];
  return h`<div class="scroll" tabindex="0" role="region" aria-label="${`Numbers of figure ${id}`}"><table><thead><tr>${keys.map((k) => h`<th scope="col">${k}</th>`)}</tr></thead>
<tbody>${rows.map((r) => h`<tr>${keys.map((k) => h`<td>${cell(r[k])}</td>`)}</tr>`)}</tbody></table></div>`;
};

/** A drawing that the script replaces by an interactive one, its caption, and its numbers as a table. */
export const figureSection = (figure: Figure, drawing: Drawing, id: string): Html => h`
<figure class="figure" id="${id}">
<h3>${figure.title}</h3>
<div class="plot" role="img" aria-label="${`Figure: ${figure.title}. Its numbers stand in the table below it.`}" data-figure="${id}"><div class="still" aria-hidden="true">${raw(drawing.svg)}</div></div>
<figcaption class="caption">${figure.caption}</figcaption>
<details><summary>Numbers of “${figure.title}”</summary>${dataTable(figure.rows, id)}</details>
</figure>`;

const badge = (v: Verdict): Html => h`<span class="badge ${v.status.replace(/ /g, '-')}">${statusText(v)}</span>`;

/** What was asked, what held, what did not. */
export const verdictList = (verdicts: readonly Verdict[]): Html =>
  verdicts.length === 0
    ? h`<p>No claim is tested here.</p>`
    : h`<ul class="verdicts">${verdicts.map(
        (v) =>
          h`<li>${badge(v)} <strong>${v.claim.text}</strong> <span class="source">(${v.claim.source})</span><br><span class="reason">${v.sentence}</span></li>`,
      )}</ul>`;

export const cardSection = (card: MethodCard, id: string): Html => {
  const safe = /^https?:\/\//.test(card.cite.url);
  const title = `${card.cite.title} (${card.cite.year}), ${card.cite.where}`;
  return h`<details class="card" id="${id}"><summary><strong>${card.name}</strong> ${card.summary}</summary>
<p>${safe ? h`<a href="${card.cite.url}" rel="noreferrer">${title}</a>` : title}</p>
<div class="prose">${raw(markdown.render(lowered(card.body)))}</div></details>`;
};

const columns = [
  'run',
  'status',
  'data',
  'seed',
  'labels',
  'readout',
  'score',
  'NLL',
  'ECE',
  'time (s)',
  'memory (MB)',
];

/** The frame of the run browser; the script fills it page by page. */
export const runSection = (report: Report, id: string): Html => h`
<section class="runs" id="${id}" data-runs="${report.spec.name}">
<h3 id="${id}-title">Runs</h3>
<p class="caption">${caption(report.cells, 'Choose a run for its settings and curves. Scores: test split, the readout named in the row.')}</p>
<noscript><p>Run details need JavaScript; the tables and figures above do not.</p></noscript>
<p class="tools"><label for="${id}-filter">Filter runs of “${report.spec.title}”</label> <input type="search" id="${id}-filter" autocomplete="off"> <span class="count" role="status"></span></p>
<div class="scroll" tabindex="0" role="region" aria-label="${`Runs of ${report.spec.title}`}"><table><thead><tr>${columns.map((c, j) => h`<th scope="col">${sorter(c, j)}</th>`)}</tr></thead><tbody></tbody></table></div>
<p class="pager"><button type="button" class="back">Back</button> <span class="page"></span> <button type="button" class="next">Next</button></p>
</section>`;

export const provenanceSection = (report: Report, id: string): Html => h`
<section id="${id}"><h3 id="${id}-title">Where the runs come from</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${`Provenance of ${report.spec.title}`}"><table><thead><tr><th scope="col">what</th><th scope="col">value</th><th scope="col" class="right">runs</th></tr></thead>
<tbody>${provenance(report.cells).map((f) => h`<tr><th scope="row">${f.what}</th><td>${f.value}</td><td class="right">${f.runs}</td></tr>`)}</tbody></table></div></section>`;
