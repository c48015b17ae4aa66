import { everything } from '../../src/explorer/selection.ts';
import { runsCsv } from '../../src/explorer/runs-csv.ts';
import { button, make } from '../dom.ts';
import { saveFile } from '../downloads.ts';
import type { Explorer } from './store.ts';

type Listed = 'arms' | 'tasks' | 'seeds';

/** A folded list of boxes to tick; none ticked means all. */
const tickList = (
  explorer: Explorer,
  title: string,
  key: Listed,
  entries: readonly (readonly [value: number, text: string])[],
): HTMLElement => {
  const summary = make('summary');
  const ticked = (): ReadonlySet<number> => explorer.filter()[key];
  const boxes = entries.map(([value, text]) => {
    const box = make('input', { type: 'checkbox' });
    box.addEventListener('change', () => {
      const chosen = new Set(ticked());
      if (box.checked) chosen.add(value);
      else chosen.delete(value);
      explorer.setFilter({ [key]: chosen });
    });
    return { value, box, label: make('label', {}, box, ` ${text}`) };
  });
  const update = () => {
    const chosen = ticked();
    const shown = chosen.size === 0 ? 'all' : `${chosen.size} of`;
    summary.textContent = `${title}: ${shown} ${entries.length}`;
    for (const { value, box } of boxes) box.checked = chosen.has(value);
  };
  explorer.onShown(update);
  update();
  const list = make('fieldset', {}, make('legend', {}, title), ...boxes.map(({ label }) => label));
  return make('details', { class: 'choose' }, summary, list);
};

/** Ranges that were brushed, each with a button that takes it away. */
const rangeChips = (explorer: Explorer): HTMLElement => {
  const chips = make('span', { class: 'chips' });
  explorer.onShown(() => {
    const { ranges } = explorer.filter();
    chips.replaceChildren(
      ...[...ranges].map(([name, { from, to }]) => {
        const { title, words } = explorer.axis(name);
        const kept = words?.filter((_, i) => i >= from && i <= to).join(', ');
        const text = kept ?? `${Number(from.toPrecision(3))} to ${Number(to.toPrecision(3))}`;
        const drop = () => explorer.setFilter({ ranges: new Map([...ranges].filter(([other]) => other !== name)) });
        return button(`${title}: ${text} ×`, drop, { 'aria-label': `Take away the range of ${title}` });
      }),
    );
  });
  return chips;
};

/** The bar that chooses runs for every view of the explorer. */
export const filterBar = (explorer: Explorer): HTMLElement => {
  const { runs } = explorer.data;
  const words = (list: readonly string[]) => list.map((text, i) => [i, text] as const);
  const seeds = [...new Set(runs.seed)].sort((a, b) => a - b).map((seed) => [seed, String(seed)] as const);
  const id = `${explorer.name}-search`;
  const search = make('input', { type: 'search', id, autocomplete: 'off' });
  search.addEventListener('input', () => explorer.setFilter({ text: search.value }));
  const count = make('span', { class: 'count', role: 'status' });
  const showCount = () => {
    count.textContent = `${explorer.shown().length} of ${runs.ids.length} runs`;
  };
  explorer.onShown(showCount);
  showCount();
  const reset = () => {
    search.value = '';
    explorer.setFilter(everything);
  };
  const save = () => saveFile(`${explorer.name}-runs.csv`, runsCsv(runs, explorer.shown()), 'text/csv');
  return make(
    'div',
    { class: 'filters' },
    tickList(explorer, 'Arms', 'arms', words(runs.arm.words)),
    tickList(explorer, 'Data sets', 'tasks', words(runs.task.words)),
    tickList(explorer, 'Seeds', 'seeds', seeds),
    make('span', {}, make('label', { for: id }, 'Search '), search),
    rangeChips(explorer),
    count,
    button('Show all', reset),
    button('CSV of these runs', save),
  );
};
