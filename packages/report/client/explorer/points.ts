import type { View } from 'vega';
import type { RunAxis } from '../../src/explorer/selection.ts';
import { levelsOn } from '../../src/explorer/specs/map.ts';
import { runPoints, scatterSpec, type RunPoint, type ScatterAxes } from '../../src/explorer/specs/scatter.ts';
import { choice, make } from '../dom.ts';
import { plotDownloads } from '../downloads.ts';
import { openPlot, setRows } from '../plots.ts';
import type { Explorer } from './store.ts';
import { explorerView, plotWidth, type ExplorerView } from './view.ts';

const isPoint = (datum: unknown): datum is RunPoint =>
  typeof datum === 'object' && datum !== null && 'run' in datum && typeof datum.run === 'number';

/** The axes that points begin with: score against a rate that varies, else the next measure. */
const firstAxes = ({ axes, axis, everyRun }: Explorer): ScatterAxes => {
  const [score, second] = axes.filter(({ name }) => name.startsWith('measure:'));
  const rate = axes.find((own) => /\.(p|lr)$/.test(own.name) && levelsOn(own, everyRun).length > 2);
  return { x: rate ?? second ?? axis('arm'), y: score ?? axis('seed'), colour: axis('arm') };
};

/** Every shown run as a point; a click opens the run. */
export const pointsView = (explorer: Explorer, openRun: (run: number) => void): ExplorerView => {
  let axes = firstAxes(explorer);
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': 'Runs as points; the list of runs names each' });
  const plot = openPlot(host, 'canvas');
  let drawn: ScatterAxes | null = null;
  const rows = () => {
    const marks = explorer.pair().flatMap((run, side) => {
      const [point] = run === null ? [] : runPoints(axes, [run], () => 'AB'.charAt(side));
      return point ? [point] : [];
    });
    return { runs: runPoints(axes, explorer.shown(), explorer.label), marked: marks };
  };
  const start = (view: View) => {
    const first = rows();
    view.data('runs', [...first.runs]).data('marked', [...first.marked]);
    view.addEventListener('click', (_event, item) => {
      if (isPoint(item?.datum)) openRun(item.datum.run);
    });
  };
  const render = () => {
    const view = plot.view();
    if (view && drawn === axes) return void setRows(view, rows());
    drawn = axes;
    return void plot.show(scatterSpec(axes, explorer.everyRun, plotWidth(host)), start);
  };
  const pick = (label: string, key: keyof ScatterAxes) =>
    choice(
      label,
      explorer.axes.map(({ title }) => title),
      explorer.axes.indexOf(axes[key]),
      (i) => {
        const chosen: RunAxis | undefined = explorer.axes[i];
        if (chosen) axes = { ...axes, [key]: chosen };
        view.refresh();
      },
    );
  const tools = make(
    'p',
    { class: 'tools' },
    pick('Across', 'x'),
    pick('Up', 'y'),
    pick('Colour', 'colour'),
    plotDownloads(`${explorer.name}-points`, plot.view),
  );
  const view = explorerView('Every run as a point', { id: `${explorer.name}-points`, children: [tools, host], render });
  explorer.onShown(view.refresh);
  explorer.onPair(view.refresh);
  return {
    ...view,
    redraw: () => {
      drawn = null;
      view.refresh();
    },
  };
};
