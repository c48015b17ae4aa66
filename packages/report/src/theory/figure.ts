import type { Drawing } from '../figures/draw.ts';
import { stack, type Part } from '../figures/figure.ts';
import { colours, cycle, shapes } from '../figures/parts/theme.ts';
import { draw } from '../late.ts';
import type { StatementPlot } from './statement.ts';

const [width, height] = [300, 160];

const axis = ({ title, log }: StatementPlot['x'], field: string): Part => ({
  field,
  type: 'quantitative',
  title,
  // Room at the ends, so that no mark is cut by the frame.
  scale: log ? { type: 'log', nice: false, padding: 6 } : { zero: false, nice: false, padding: 6 },
  axis: { format: '.4~r', labelOverlap: true },
});

/** A title in lines that fit the panel. */
const lines = (title: string): readonly string[] =>
  title.split(' ').reduce<string[]>((all, word) => {
    const last = all.at(-1);
    return last !== undefined && last.length + word.length < 46
      ? [...all.slice(0, -1), `${last} ${word}`]
      : [...all, word];
  }, []);

/**
 * One panel: predictions as lines, measurements as points with bars of two standard errors each
 * way.
 */
const panelPart = ({ title, x, y, points }: StatementPlot): Part => {
  const series = [...new Set(points.map((point) => point.series))];
  const channel = (range: readonly string[]): Part => ({
    field: 'series',
    type: 'nominal',
    sort: null,
    legend: series.length > 1 ? { title: null, columns: 1 } : null,
    scale: { domain: series, range: cycle(range, series.length) },
  });
  const [across, up] = [axis(x, 'x'), axis(y, 'y')];
  const colour = channel(colours);
  const measured = { filter: "datum.role === 'measured'" };
  const alone = points.every(({ role }) => role === 'measured');
  const line = { filter: `datum.role === '${alone ? 'measured' : 'predicted'}'` };
  return {
    title: { text: lines(title) },
    width,
    height,
    data: { values: points },
    layer: [
      {
        transform: [line],
        mark: { type: 'line', strokeWidth: 1.2, opacity: alone ? 0.5 : 1 },
        encoding: { x: across, y: up, color: colour },
      },
      {
        transform: [measured],
        mark: { type: 'rule', strokeWidth: 1 },
        encoding: { x: across, y: { ...up, field: 'low' }, y2: { field: 'high' }, color: colour },
      },
      {
        transform: [measured],
        mark: { type: 'point', filled: true, size: 32, opacity: 1 },
        encoding: { x: across, y: up, color: colour, shape: channel(shapes) },
      },
    ],
    resolve: { legend: { shape: 'shared' } },
  };
};

/** The plots of one check below each other. */
export const drawStatement = (panels: readonly StatementPlot[], description: string): Promise<Drawing> => {
  const parts = panels.map(panelPart);
  const spec = stack(parts, description);
  // Every plot keeps its own series.
  const own = { scale: { color: 'independent', shape: 'independent' } } as const;
  return draw(parts.length === 1 ? spec : { ...spec, resolve: own });
};
