import type { RunColumns } from '../../src/explorer/data.ts';
import { button, make, scrollBox, tableRowOf } from '../dom.ts';
import { compareValues, nextOrder } from '../tables.ts';
import type { Explorer } from './store.ts';
import { explorerView, type ExplorerView } from './view.ts';

const perPage = 50;

/** A column of the list: its title, and what stands there for a run. */
interface RunField {
  readonly title: string;
  readonly of: (run: number) => string | number | null;
}

const fieldsOf = (runs: RunColumns): readonly RunField[] => {
  const words = (title: string, { words: all, index }: RunColumns['arm']): RunField => ({
    title,
    of: (run) => all[index[run] ?? -1] ?? null,
  });
  return [
    { title: 'run', of: (run) => runs.ids[run] ?? null },
    words('status', runs.status),
    words('data', runs.task),
    { title: 'seed', of: (run) => runs.seed[run] ?? null },
    words('arm', runs.arm),
    words('readout', runs.readout),
    ...runs.measures.map(({ title, values }): RunField => ({ title, of: (run) => values[run] ?? null })),
  ];
};

/** The shown runs page by page, sortable; a run's name opens it. */
export const runList = (explorer: Explorer, openRun: (run: number) => void): ExplorerView => {
  const { runs } = explorer.data;
  const fields = fieldsOf(runs);
  let sorted: { readonly field: RunField; readonly sign: 1 | -1 } | null = null;
  let page = 0;
  const body = make('tbody');
  const where = make('span', { class: 'page' });
  const turn = (by: number) => () => {
    page += by;
    render();
  };
  const [back, next] = [button('Back', turn(-1), { class: 'back' }), button('Next', turn(1), { class: 'next' })];
  const ordered = (): readonly number[] => {
    const shown = explorer.shown();
    if (!sorted) return shown;
    const { field, sign } = sorted;
    const key = (run: number) => field.of(run) ?? '';
    const isUnknown = (run: number) => (field.of(run) === null ? 1 : 0);
    return shown.toSorted((a, b) => isUnknown(a) - isUnknown(b) || sign * compareValues(key(a), key(b)));
  };
  const rowOf = (run: number): HTMLTableRowElement => {
    const name = button((runs.ids[run] ?? '').slice(0, 12), () => openRun(run));
    return tableRowOf([name, ...fields.slice(1).map(({ of }) => String(of(run) ?? 'n/a'))]);
  };
  const render = () => {
    const list = ordered();
    const pages = Math.max(1, Math.ceil(list.length / perPage));
    page = Math.max(0, Math.min(page, pages - 1));
    body.replaceChildren(...list.slice(page * perPage, (page + 1) * perPage).map(rowOf));
    where.textContent = `Page ${page + 1} of ${pages}`;
    back.disabled = page === 0;
    next.disabled = page + 1 >= pages;
  };
  const heads = fields.map((field) => {
    const head = make('th', { scope: 'col' });
    const sort = button(field.title, () => {
      sorted = { field, sign: nextOrder(head) };
      page = 0;
      render();
    });
    sort.className = 'sort';
    sort.append(make('span', { class: 'arrow', 'aria-hidden': 'true' }));
    head.append(sort);
    return head;
  });
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body);
  const view = explorerView('Runs', {
    id: `${explorer.name}-list`,
    children: [
      scrollBox(`Runs of ${explorer.name}`, table),
      make('p', { class: 'pager' }, back, ' ', where, ' ', next),
    ],
    render,
  });
  explorer.onShown(() => {
    page = 0;
    view.refresh();
  });
  return { ...view, redraw: view.refresh };
};
