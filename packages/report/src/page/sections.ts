import MarkdownIt from 'markdown-it';
import type { Drawing } from '../figures/draw.ts';
import type { Figure, FigureRow } from '../figures/figure.ts';
import type { Report } from '../report.ts';
import type { MethodCard } from '../spec/spec.ts';
import type { TableEntry, Table } from '../tables/table.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { h, type Html, raw } from './html.ts';
import { intervalBar, intervalScale, type IntervalScale } from './interval-bar.ts';
import { type Fact, provenance } from './provenance.ts';

// Raw HTML inside a card stays text; links are checked by the library.
const markdown = new MarkdownIt({ html: false, linkify: false });

/**
 * A heading one level down for each `#`, so that a card's title does not compete with the page's.
 */
const lowered = (body: string): string => body.replace(/^(#{1,3}) /gm, '###$1 ');

const sorter = (title: string, j: number): Html => {
  const arrow = h`<span class="arrow" aria-hidden="true"></span>`;
  return h`<button type="button" class="sort" data-column="${j}">${title}${arrow}</button>`;
};

/** A wide table that scrolls on its own; it can take the keyboard's focus, so it has a name. */
const scrolling = (label: string, content: Html): Html =>
  h`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>`;

/** The box that filters the rows below it; the script counts what is left, and adds downloads. */
const filterBox = (id: string, what: string): Html => {
  const label = h`<label for="${id}-filter">Filter ${what}</label>`;
  const input = h`<input type="search" id="${id}-filter" autocomplete="off">`;
  const files = h`<span class="downloads" data-download-table="${id}"></span>`;
  return h`<p class="tools">${label} ${input} <span class="count" role="status"></span> ${files}</p>`;
};

const tableCell = (entry: TableEntry, j: number, align: string, scale: IntervalScale | null): Html => {
  if (j === 0) return h`<th scope="row">${entry.text}</th>`;
  const sort = typeof entry.sort === 'number' ? String(entry.sort) : '';
  return h`<td class="${align}" data-sort="${sort}">${entry.text}${scale && intervalBar(entry, scale)}</td>`;
};

const tableRow = ({ columns }: Table, row: readonly TableEntry[], scales: readonly (IntervalScale | null)[]): Html =>
  h`<tr>${row.map((entry, j) => tableCell(entry, j, columns[j]?.align ?? 'left', scales[j] ?? null))}</tr>`;

/** A table with a filter box and sortable columns. */
export const tableSection = (table: Table, id: string, of: string): Html => {
  const { title, columns, rows, notes } = table;
  const scales = columns.map((_, j) => intervalScale(rows.map((row) => row[j])));
  const heads = columns.map((c, j) => h`<th scope="col" class="${c.align}">${sorter(c.title, j)}</th>`);
  const content = h`
<table aria-describedby="${id}-caption"><thead><tr>${heads}</tr></thead>
<tbody>${rows.map((row) => tableRow(table, row, scales))}</tbody></table>`;
  return h`
<section class="table" id="${id}">
<h4 id="${id}-title">${title}</h4>
<p class="caption" id="${id}-caption">${table.caption}</p>
${filterBox(id, `rows of “${title}”`)}
${scrolling(`${of}: ${title}`, content)}
${notes.length > 0 && h`<ul class="notes">${notes.map((n) => h`<li>${n}</li>`)}</ul>`}
</section>`;
};

const cell = (v: FigureRow[string] | undefined): string => {
  if (v === null || v === undefined) return 'n/a';
  return typeof v === 'number' ? String(Number(v.toPrecision(6))) : String(v);
};

const dataTable = (rows: readonly FigureRow[], id: string): Html => {
  const keys = [...new Set(rows.flatMap((r) => Object.keys(r)))];
  const content = h`<table><thead><tr>${keys.map((k) => h`<th scope="col">${k}</th>`)}</tr></thead>
<tbody>${rows.map((r) => h`<tr>${keys.map((k) => h`<td>${cell(r[k])}</td>`)}</tr>`)}</tbody></table>`;
  return scrolling(`Numbers of figure ${id}`, content);
};

/**
 * A drawing that the script replaces by an interactive one, its caption, and its numbers as a
 * table.
 */
export const figureSection = (figure: Figure, drawing: Drawing, id: string): Html => {
  const label = `Figure: ${figure.title}. Its numbers stand in the table below it.`;
  const still = h`<div class="still" aria-hidden="true">${raw(drawing.svg)}</div>`;
  return h`
<figure class="figure" id="${id}">
<h4>${figure.title}</h4>
<div class="plot" role="img" aria-label="${label}" data-figure="${id}">${still}</div>
<figcaption class="caption">${figure.caption}</figcaption>
<p class="tools downloads" data-download-figure="${figure.name}"></p>
<details><summary>Numbers of “${figure.title}”</summary>${dataTable(figure.rows, id)}</details>
</figure>`;
};

const badge = (v: Verdict): Html => h`<span class="badge ${v.status.replace(/ /g, '-')}">${v.status}</span>`;

const verdictItem = (v: Verdict): Html => {
  const source = h`<span class="source">(${v.claim.source})</span>`;
  const reason = h`<span class="reason">${v.sentence}</span>`;
  return h`<li>${badge(v)} <strong>${v.claim.text}</strong> ${source}<br>${reason}</li>`;
};

/** What was asked, what held, what did not. */
export const verdictList = (verdicts: readonly Verdict[]): Html =>
  verdicts.length === 0
    ? h`<p>No claim is tested here.</p>`
    : h`<ul class="verdicts">${verdicts.map(verdictItem)}</ul>`;

export const cardSection = (card: MethodCard, id: string): Html => {
  const safe = /^https?:\/\//.test(card.cite.url);
  const title = `${card.cite.title} (${card.cite.year}), ${card.cite.where}`;
  return h`<details class="card" id="${id}"><summary><strong>${card.name}</strong> ${card.summary}</summary>
<p>${safe ? h`<a href="${card.cite.url}" rel="noreferrer">${title}</a>` : title}</p>
<div class="prose">${raw(markdown.render(lowered(card.body)))}</div></details>`;
};

/** The frame of the explorer; the script fills it. */
export const explorerSection = ({ spec }: Report, id: string): Html => h`
<section class="explorer" id="${id}" data-explorer="${spec.name}" aria-label="Runs of ${spec.title}">
<p class="caption">Scores: test split, the readout named with the run. Open a run for its settings and curves.</p>
<noscript><p>The explorer needs JavaScript; the tables and figures above do not.</p></noscript>
</section>`;

const provenanceRow = ({ what, value, runs }: Fact): Html =>
  h`<tr><th scope="row">${what}</th><td>${value}</td><td class="right">${runs}</td></tr>`;

/** Code, engines and machines of the runs. */
export const provenanceSection = ({ spec, cells }: Report, id: string): Html => {
  const heads = h`<th scope="col">what</th><th scope="col">value</th><th scope="col" class="right">runs</th>`;
  const content = h`<table><thead><tr>${heads}</tr></thead>
<tbody>${provenance(cells).map(provenanceRow)}</tbody></table>`;
  return h`
<section id="${id}">
${scrolling(`Provenance of ${spec.title}`, content)}</section>`;
};
