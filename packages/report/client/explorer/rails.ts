import type { AxisRange, RunAxis } from '../../src/explorer/selection.ts';
import { levelsOn } from '../../src/explorer/specs/map.ts';
import {
  brushedRange,
  mostLines,
  parallelSpec,
  railsOf,
  rangeBoxes,
  runLines,
  thinned,
  type BrushSignal,
  type Rail,
} from '../../src/explorer/specs/parallel.ts';
import { choice, make, scrollBox } from '../dom.ts';
import { plotDownloads } from '../downloads.ts';
import { openPlot, setRows } from '../plots.ts';
import type { Explorer } from './store.ts';
import { explorerView, plotWidth, type ExplorerView } from './view.ts';

/** Most rails that fit beside each other. */
const mostRails = 8;

/** Settings that vary, then the first measures: at most as many as fit. */
const railAxes = ({ axes, axis, everyRun }: Explorer): readonly RunAxis[] => {
  const arm = axis('arm');
  const varied = (own: RunAxis) =>
    own.name.startsWith('knob:') &&
    levelsOn(own, everyRun).length > 1 &&
    // What changes with the arm alone says nothing beside it.
    everyRun.some((run) => own.at(run) !== arm.at(run));
  const knobs = axes.filter(varied);
  const measures = axes.filter(({ name }) => name.startsWith('measure:')).slice(0, 3);
  const names = axes.filter(({ name, words }) => (name === 'arm' || name === 'task') && (words?.length ?? 0) > 1);
  return [...names, ...knobs].slice(0, mostRails - measures.length).concat(measures);
};

const isBrush = (value: unknown): value is BrushSignal =>
  typeof value === 'object' && value !== null && 'i' in value && typeof value.i === 'number';

/** Two boxes for the ends of one axis's range, for those who do not drag. */
const rangeForm = (explorer: Explorer, axes: readonly RunAxis[]): HTMLElement => {
  let at = 0;
  const ends = ['from', 'to'].map((name) => {
    const input = make('input', { type: 'number', step: 'any', class: 'end' });
    input.addEventListener('change', () => apply());
    return { input, label: make('label', {}, `${name} `, input) };
  });
  const apply = () => {
    const axis = axes[at];
    if (!axis) return;
    const [from, to] = ends.map(({ input }) => (input.value === '' ? null : Number(input.value)));
    const ranges = new Map(explorer.filter().ranges);
    if (from === null && to === null) ranges.delete(axis.name);
    else ranges.set(axis.name, { from: from ?? -Infinity, to: to ?? Infinity });
    explorer.setFilter({ ranges });
  };
  const titles = axes.map(({ title, words }) => (words ? `${title} (place 0 to ${words.length - 1})` : title));
  const chosen = choice('Keep runs by', titles, 0, (i) => {
    at = i;
    for (const { input } of ends) input.value = '';
  });
  return make('span', { class: 'range' }, chosen, ...ends.flatMap(({ label }) => [' ', label]));
};

/** Parallel coordinates; dragging along an axis keeps the runs within. */
export const railsView = (explorer: Explorer): ExplorerView => {
  const axes = railAxes(explorer);
  const colour = explorer.axis('arm');
  const rails = railsOf(axes, explorer.everyRun);
  const host = make('div', {
    class: 'plot',
    role: 'img',
    'aria-label': 'Runs as lines over their settings and scores',
  });
  const note = make('p', { class: 'caption' });
  const plot = openPlot(host, 'canvas');
  let width = 0;
  const rows = () => {
    const { ranges } = explorer.filter();
    return {
      lines: runLines(rails, thinned(explorer.shown()), { width, colour, label: explorer.label }),
      boxes: rangeBoxes(rails, finite(ranges, rails), width),
    };
  };
  let waiting = false;
  const brushed = (_name: string, value: unknown) => {
    if (!isBrush(value) || waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const latest: unknown = plot.view()?.signal('brush');
      if (isBrush(latest)) keepBrushed(latest);
    });
  };
  const keepBrushed = (brush: BrushSignal) => {
    const rail = rails[brush.i];
    if (!rail) return;
    const range = brushedRange(rail, brush);
    const ranges = new Map(explorer.filter().ranges);
    if (range) ranges.set(rail.axis.name, range);
    else ranges.delete(rail.axis.name);
    explorer.setFilter({ ranges });
  };
  const render = () => {
    const count = explorer.shown().length;
    const drawnCount = thinned(explorer.shown()).length;
    note.textContent =
      'Drag along an axis to keep the runs within; a click on it lets them go. ' +
      (drawnCount < count ? `${drawnCount} of ${count} lines are drawn (at most ${mostLines}).` : '');
    const view = plot.view();
    if (view) return void setRows(view, rows());
    width = plotWidth(host) - 166;
    width = Math.max(width, 95 * (rails.length - 1));
    return void plot.show(parallelSpec(rails, colour, width), (fresh) => {
      const first = rows();
      fresh.data('lines', [...first.lines]).data('boxes', [...first.boxes]);
      fresh.addSignalListener('brush', brushed);
    });
  };
  const tools = make(
    'p',
    { class: 'tools' },
    rangeForm(explorer, axes),
    plotDownloads(`${explorer.name}-parallel`, plot.view),
  );
  const view = explorerView('Settings and scores side by side', {
    id: `${explorer.name}-parallel`,
    children: [note, tools, scrollBox(`Settings and scores of ${explorer.name}`, host)],
    render,
  });
  explorer.onShown(view.refresh);
  return {
    ...view,
    redraw: () => {
      plot.clear();
      view.refresh();
    },
  };
};

/** Ranges with open ends cut at the ends of their rails. */
const finite = (ranges: ReadonlyMap<string, AxisRange>, rails: readonly Rail[]): ReadonlyMap<string, AxisRange> =>
  new Map(
    [...ranges].map(([name, { from, to }]) => {
      const rail = rails.find(({ axis }) => axis.name === name);
      return [name, { from: Math.max(from, rail?.low ?? from), to: Math.min(to, rail?.high ?? to) }];
    }),
  );
