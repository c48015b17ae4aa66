import type { ExplorerData } from '../../src/explorer/data.ts';
import { make } from '../dom.ts';
import { onTheme } from '../theme.ts';
import { examplesView } from './examples.ts';
import { filterBar } from './filters.ts';
import { pairView } from './pair.ts';
import { pointsView } from './points.ts';
import { railsView } from './rails.ts';
import { openRunDialog } from './run-dialog.ts';
import { runList } from './run-list.ts';
import { importanceView, mapView } from './settings.ts';
import { openExplorer } from './store.ts';

/** Calls back when the width of an element has changed and come to rest. */
const onWidth = (element: HTMLElement, act: () => void): void => {
  let width = element.clientWidth;
  let timer: ReturnType<typeof setTimeout> | undefined;
  new ResizeObserver(() => {
    if (Math.abs(element.clientWidth - width) < 8) return;
    width = element.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(act, 200);
  }).observe(element);
};

/** Fills a section with the explorer of a report's runs. */
export const startExplorer = (section: HTMLElement, name: string, data: ExplorerData): void => {
  const explorer = openExplorer(name, data);
  const pair = pairView(explorer);
  const openRun = (run: number) => openRunDialog(explorer, run, () => pair.element.scrollIntoView());
  const views = [
    pointsView(explorer, openRun),
    railsView(explorer),
    mapView(explorer),
    importanceView(explorer),
    runList(explorer, openRun),
    pair,
    examplesView(explorer),
  ].filter((view) => view !== null);
  section.append(filterBar(explorer), make('div', { class: 'views' }, ...views.map(({ element }) => element)));
  const redraw = () => views.forEach((view) => view.redraw());
  onTheme(redraw);
  onWidth(section, redraw);
};
