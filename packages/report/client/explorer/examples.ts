import type { ExampleEntry, ExampleRow, ExampleTable } from '../../src/explorer/data.ts';
import { chosenExamples, meetings, togetherCounts, type ExampleChoice } from '../../src/explorer/example-choice.ts';
import { button, choice, make, scrollBox, headedTable } from '../dom.ts';
import type { Explorer } from './store.ts';
import { explorerView, type ExplorerView } from './view.ts';

const perPage = 20;

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** An arm's answer: the word, how sure, how many runs are right. */
const entryCell = (table: ExampleTable, entry: ExampleEntry | null | undefined): HTMLTableCellElement => {
  if (!entry) return make('td', {}, 'n/a');
  const [word, confidence, right] = entry;
  const kind = right === null ? '' : right >= 0.5 ? 'right-answer' : 'wrong-answer';
  const mark = right === null ? '' : right >= 0.5 ? '✓ ' : '✗ ';
  const sure = confidence === null ? '' : ` ${percent(confidence)} sure`;
  const runs = right === null || right === 0 || right === 1 ? '' : `, ${percent(right)} of runs right`;
  return make('td', { class: kind }, `${mark}${table.words[word] ?? ''}${sure}${runs}`);
};

const exampleRow = (table: ExampleTable, row: ExampleRow): HTMLTableRowElement =>
  make(
    'tr',
    {},
    make(
      'th',
      { scope: 'row', class: 'example' },
      row.text === null ? row.id : make('span', { title: row.id }, row.text),
    ),
    make('td', {}, row.label),
    ...row.entries.map((entry) => entryCell(table, entry)),
  );

/** How the two arms meet, over all seeds and examples. */
const meetingTable = (of: string, table: ExampleTable, { a, b }: ExampleChoice): HTMLElement | null => {
  const counts = togetherCounts(table, a, b);
  if (!counts) return null;
  const [both, first, second, neither] = counts;
  const total = both + first + second + neither;
  if (total === 0) return null;
  const cell = (count: number) => `${count} (${percent(count / total)})`;
  const rows = [
    ['A right', cell(both), cell(first)],
    ['A wrong', cell(second), cell(neither)],
  ];
  return scrollBox(`Right and wrong together, ${of}`, headedTable(['runs × examples', 'B right', 'B wrong'], rows));
};

const confusionTable = (of: string, table: ExampleTable, arm: number, side: string): HTMLElement | null => {
  const counts = table.confusion[arm];
  if (!counts || counts.length === 0) return null;
  const words = table.words.slice(0, table.classes);
  const rows = counts.map((row, i) => [words[i] ?? '', ...row.map(String)]);
  const title = make('h5', {}, `${side}: ${table.arms[arm]}. Rows: label; columns: prediction; runs × examples`);
  return make('div', {}, title, scrollBox(`Confusion of ${side}, ${of}`, headedTable(['label', ...words], rows)));
};

/** Test examples with every arm's answer, and where two arms are right and wrong together. */
export const examplesView = (explorer: Explorer): ExplorerView | null => {
  const { name } = explorer;
  const tables = explorer.data.examples;
  let table = tables[0];
  if (!table) return null;
  let asked: ExampleChoice = { meeting: 'all', a: 0, b: Math.min(1, table.arms.length - 1), text: '' };
  let page = 0;
  const tools = make('p', { class: 'tools' });
  const note = make('p', { class: 'caption', role: 'status' });
  const list = make('div');
  const below = make('div', { class: 'confusions' });
  const set = (change: Partial<ExampleChoice>) => {
    asked = { ...asked, ...change };
    page = 0;
    render();
  };
  const turn = (by: number) => () => {
    page += by;
    render();
  };
  const render = () => {
    if (!table) return;
    const shown = table;
    const chosen = chosenExamples(shown, asked);
    const pages = Math.max(1, Math.ceil(chosen.length / perPage));
    page = Math.max(0, Math.min(page, pages - 1));
    note.textContent =
      `${chosen.length} of ${shown.total} test examples` +
      (shown.rows.length < shown.total
        ? `; the page holds ${shown.rows.length}: those on which the arms differ most, then the hardest. `
        : '. ') +
      'A prediction is what most runs of the arm say, with the mean confidence of those runs.' +
      (shown.rows.every(({ text }) => text === null) ? ' Texts are not stored with results; ids name the rows.' : '');
    const head = [
      'example',
      'label',
      ...shown.arms.map((arm, i) => (i === asked.a ? `A: ${arm}` : i === asked.b ? `B: ${arm}` : arm)),
    ];
    const content = make(
      'table',
      {},
      make('thead', {}, make('tr', {}, ...head.map((title) => make('th', { scope: 'col' }, title)))),
      make('tbody', {}, ...chosen.slice(page * perPage, (page + 1) * perPage).map((row) => exampleRow(shown, row))),
    );
    const [back, next] = [button('Back', turn(-1)), button('Next', turn(1))];
    back.disabled = page === 0;
    next.disabled = page + 1 >= pages;
    list.replaceChildren(
      scrollBox(`Test examples of ${name}`, content),
      make('p', { class: 'pager' }, back, ` Page ${page + 1} of ${pages} `, next),
    );
    const parts = [
      meetingTable(name, shown, asked),
      confusionTable(name, shown, asked.a, 'A'),
      asked.a === asked.b ? null : confusionTable(name, shown, asked.b, 'B'),
    ];
    below.replaceChildren(...parts.filter((part) => part !== null));
  };
  const fillTools = () => {
    if (!table) return;
    const search = make('input', { type: 'search', value: asked.text });
    search.addEventListener('input', () => set({ text: search.value }));
    const arms = table.arms;
    const tasks = tables.map(({ task }) => task);
    tools.replaceChildren(
      choice('Data set', tasks, tables.indexOf(table), (i) => {
        table = tables[i];
        fillTools();
        set({});
      }),
      choice('A', arms, asked.a, (a) => set({ a })),
      choice('B', arms, asked.b, (b) => set({ b })),
      choice('Show', meetings, meetings.indexOf(asked.meeting), (i) => set({ meeting: meetings[i] ?? 'all' })),
      make('label', {}, 'Search ', search),
    );
  };
  fillTools();
  const view = explorerView('Examples', {
    id: `${explorer.name}-examples`,
    children: [tools, note, list, below],
    render,
  });
  return { ...view, redraw: view.refresh };
};
