import { knobImportance } from '../../src/explorer/importance.ts';
import type { RunAxis } from '../../src/explorer/selection.ts';
import { importanceSpec } from '../../src/explorer/specs/bars.ts';
import { levelsOn, mapSpec, mapTiles, mostMapLevels } from '../../src/explorer/specs/map.ts';
import { choice, make } from '../dom.ts';
import { plotDownloads } from '../downloads.ts';
import { openPlot } from '../plots.ts';
import type { Explorer } from './store.ts';
import { explorerView, plotWidth, type ExplorerView } from './view.ts';

const measuresOf = ({ axes }: Explorer): readonly RunAxis[] => axes.filter(({ name }) => name.startsWith('measure:'));

/** Axes with more than one value, settings first. */
const spread = ({ axes, everyRun }: Explorer): readonly RunAxis[] =>
  axes.filter((axis) => !axis.name.startsWith('measure:') && levelsOn(axis, everyRun).length > 1);

const chooser = (label: string, axes: readonly RunAxis[], chosen: RunAxis | undefined, set: (axis: RunAxis) => void) =>
  choice(
    label,
    axes.map(({ title }) => title),
    chosen ? axes.indexOf(chosen) : 0,
    (i) => {
      const axis = axes[i];
      if (axis) set(axis);
    },
  );

/** Mean of a measure over two settings, p and the learning rate where both vary. */
export const mapView = (explorer: Explorer): ExplorerView | null => {
  const axes = spread(explorer);
  const [measure] = measuresOf(explorer);
  const named = (pattern: RegExp) => axes.find(({ name }) => pattern.test(name));
  const y = named(/\.p$/) ?? axes[0];
  if (!y || !measure) return null;
  // Beside the learning rate: the setting with which most pairs were tried.
  const pairs = (x: RunAxis) => mapTiles({ x, y, measure }, explorer.everyRun).length;
  const others = axes.filter((axis) => axis !== y && levelsOn(axis, explorer.everyRun).length <= mostMapLevels);
  const [most] = others.toSorted((a, b) => pairs(b) - pairs(a));
  const x = others.find(({ name }) => name.endsWith('.lr')) ?? most;
  if (!x) return null;
  let asked = { x, y, measure };
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': 'Mean of a measure over two settings' });
  const note = make('p', { class: 'caption', role: 'status' });
  const plot = openPlot(host, 'svg');
  const render = () => {
    const tiles = mapTiles(asked, explorer.shown());
    const spec = mapSpec(asked, tiles, plotWidth(host));
    const counts = tiles.map(({ runs }) => runs);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    const span = least === most ? String(least) : `${least} to ${most}`;
    note.textContent = spec
      ? `Mean over ${span} ${most === 1 ? 'run' : 'runs'} a tile, averaged over all other settings.`
      : 'No tiles: no run is shown, or a setting has more values than a map can hold. Choose others.';
    if (spec) void plot.show(spec);
    else plot.clear();
  };
  const set = (key: 'x' | 'y' | 'measure') => (axis: RunAxis) => {
    asked = { ...asked, [key]: axis };
    view.refresh();
  };
  const tools = make(
    'p',
    { class: 'tools' },
    chooser('Measure', measuresOf(explorer), measure, set('measure')),
    chooser('Across', axes, asked.x, set('x')),
    chooser('Up', axes, asked.y, set('y')),
    plotDownloads(`${explorer.name}-map`, plot.view),
  );
  const view = explorerView('Map of two settings', {
    id: `${explorer.name}-map`,
    children: [tools, note, host],
    render,
  });
  explorer.onShown(view.refresh);
  return { ...view, redraw: view.refresh };
};

/** Which settings the spread of a measure goes with. */
export const importanceView = (explorer: Explorer): ExplorerView | null => {
  const knobs = spread(explorer).filter(({ name }) => name !== 'task' && name !== 'seed');
  let [measure] = measuresOf(explorer);
  if (knobs.length === 0 || !measure) return null;
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': 'Share of the variance by setting' });
  const note = make('p', { class: 'caption', role: 'status' });
  const plot = openPlot(host, 'svg');
  const once = (shown: readonly number[]): readonly number[] => {
    const seen = new Set<string>();
    const { ids } = explorer.data.runs;
    return shown.filter((run) => !seen.has(ids[run] ?? '') && seen.add(ids[run] ?? ''));
  };
  const render = () => {
    if (!measure) return;
    const result = knobImportance({ measure, knobs, task: explorer.axis('task') }, once(explorer.shown()));
    const how =
      `Share of the variance of ${measure.title} between the values of each setting alone, within data sets, ` +
      `${result.runs} runs. The mark: what a setting without effect stays below in 95 of 100 studies. ` +
      'Settings that act together only are not found.';
    note.replaceChildren(how, ...result.warnings.map((text) => make('strong', { class: 'warning' }, ` ${text}`)));
    if (result.rows.length > 0) void plot.show(importanceSpec(result, plotWidth(host)));
    else plot.clear();
  };
  const set = (axis: RunAxis) => {
    measure = axis;
    view.refresh();
  };
  const tools = make(
    'p',
    { class: 'tools' },
    chooser('Measure', measuresOf(explorer), measure, set),
    plotDownloads(`${explorer.name}-importance`, plot.view),
  );
  const view = explorerView('What the settings explain', {
    id: `${explorer.name}-importance`,
    children: [tools, note, host],
    render,
  });
  explorer.onShown(view.refresh);
  return { ...view, redraw: view.refresh };
};
