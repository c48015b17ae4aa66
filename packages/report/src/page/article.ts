import type { Drawing } from '../figures/draw.ts';
import type { Figure } from '../figures/figure.ts';
import type { Report } from '../report.ts';
import type { MethodCard } from '../spec/spec.ts';
import { facts } from '../study/caption.ts';
import { h, type Html } from './html.ts';
import {
  cardSection,
  figureSection,
  explorerSection,
  provenanceSection,
  tableSection,
  verdictList,
} from './sections.ts';

/** A report with its drawings, ready for a page. */
export interface Illustrated {
  readonly report: Report;
  /** In the order of `report.figures`. */
  readonly drawings: readonly Drawing[];
}

interface Drawn {
  readonly id: string;
  readonly kind: string;
  readonly figure: Figure;
  readonly drawing: Drawing;
}

/** Every figure with its kind, drawing and anchor. */
export const drawnFigures = ({ report: { spec, figures }, drawings }: Illustrated): readonly Drawn[] =>
  figures.flatMap((figure, i) => {
    const drawing = drawings[i];
    return drawing ? [{ id: `${spec.name}-figure-${figure.name}`, kind: figure.kind, figure, drawing }] : [];
  });

/** Which paper this follows, and which runs it holds. */
const sourceText = ({ spec, holds }: Report): string =>
  [spec.paper === '' ? '' : `After: ${spec.paper}`, holds === null ? '' : `Runs: ${holds}`]
    .filter((part) => part !== '')
    .join('. ');

/** A part of an article that the section links lead to. */
interface Part {
  readonly name: string;
  readonly title: string;
  readonly content: Html;
}

/** A caption without the facts that the article states once for all its runs. */
const withoutFacts = <T extends { readonly caption: string }>(shown: T, common: string): T => ({
  ...shown,
  caption: shown.caption.startsWith(common) ? shown.caption.slice(common.length).trimStart() : shown.caption,
});

const figuresHtml = (some: readonly Drawn[]): Html =>
  h`<div class="figures">${some.map(({ figure, drawing, id }) => figureSection(figure, drawing, id))}</div>`;

const cardsHtml = (cards: readonly MethodCard[], id: string): Html =>
  h`${cards.map((card) => cardSection(card, `${id}-card-${card.name}`))}`;

/** Kinds of figures by the part they stand in; all others are folded. */
const answerKinds = ['forest'];
const axisKinds = ['sweep', 'ensemble'];
const costKinds = ['pareto'];

const answerHtml = ({ answer }: Report, figures: readonly Drawn[], ranking: Html | null): Html => h`
${answer && h`<p class="answer">${answer.sentence}</p>`}
${figures.length > 0 && figuresHtml(figures)}
${ranking}`;

/** Answer, curves, cost and claims first; then the rest, folded; then methods, runs and origins. */
const partsOf = (illustrated: Illustrated): readonly Part[] => {
  const { report } = illustrated;
  const { spec, tables, verdicts, answer } = report;
  const { name: id, cards = [] } = spec;
  const common = facts(report.cells);
  const drawn = drawnFigures(illustrated).map((one) => ({ ...one, figure: withoutFacts(one.figure, common) }));
  const of = (kinds: readonly string[]) => drawn.filter(({ kind }) => kinds.includes(kind));
  const rest = drawn.filter(({ kind }) => ![...answerKinds, ...axisKinds, ...costKinds].includes(kind));
  const tableHtml = (table: (typeof tables)[number]) =>
    tableSection(withoutFacts(table, common), `${id}-table-${table.name}`, spec.title);
  const ranking = tables.find(({ name }) => answer && name === 'ranking');
  const others = tables.filter((table) => table !== ranking);
  const more = h`${others.map(tableHtml)}${rest.length > 0 && figuresHtml(rest)}`;
  const folded = `${others.length} tables, ${rest.length} figures`;
  const parts: readonly (Part | false)[] = [
    (ranking !== undefined || of(answerKinds).length > 0) && {
      name: 'answer',
      title: 'Answer',
      content: answerHtml(report, of(answerKinds), ranking ? tableHtml(ranking) : null),
    },
    of(axisKinds).length > 0 && { name: 'curves', title: 'Curves', content: figuresHtml(of(axisKinds)) },
    of(costKinds).length > 0 && { name: 'cost', title: 'Cost', content: figuresHtml(of(costKinds)) },
    verdicts.length > 0 && { name: 'claims', title: 'Claims', content: verdictList(verdicts) },
    others.length + rest.length > 0 && {
      name: 'more',
      title: 'All tables and figures',
      content: answer === null ? more : h`<details class="more"><summary>${folded}</summary>${more}</details>`,
    },
    cards.length > 0 && { name: 'cards', title: 'Methods', content: cardsHtml(cards, id) },
    { name: 'runs', title: 'Explore the runs', content: explorerSection(report, `${id}-runs`) },
    { name: 'origins', title: 'Where the runs come from', content: provenanceSection(report, `${id}-provenance`) },
  ];
  return parts.filter((part) => part !== false);
};

/** One report of a page; alone on it, the page's title is its own. */
export const articleHtml = (illustrated: Illustrated, isAlone: boolean): Html => {
  const { spec } = illustrated.report;
  const id = spec.name;
  const parts = partsOf(illustrated);
  const head = isAlone
    ? h`<h2 class="question" id="${id}-heading">${spec.question}</h2>`
    : h`<h2 id="${id}-heading">${spec.title}</h2>
<p class="question">${spec.question}</p>`;
  const links = parts.map(({ name, title }) => h`<li><a href="#${id}-part-${name}">${title}</a></li>`);
  const sections = parts.map(
    ({ name, title, content }) => h`
<div class="part" id="${id}-part-${name}">
<h3 class="part-title">${title}</h3>
${content}
</div>`,
  );
  return h`
<article id="${id}" aria-labelledby="${isAlone ? 'page-title' : `${id}-heading`}">
${head}
<p class="source">${sourceText(illustrated.report)}</p>
<p class="caption">${facts(illustrated.report.cells)}</p>
<nav class="parts" aria-label="${`Sections of ${spec.title}`}"><ul>${links}</ul></nav>
${sections}
</article>`;
};
