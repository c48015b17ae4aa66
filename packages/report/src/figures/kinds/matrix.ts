import { type ReportArm, cellsOf, type Titled } from '../../study/arms/arm.ts';
import { caption } from '../../study/caption.ts';
import { mean } from '../../stats/describe.ts';
import { heading, metricOf, show } from '../../study/scores/metric.ts';
import { taskMatrix, tasksOf } from '../../study/sequence.ts';
import type { Cell } from '../../study/study.ts';
import { type FigureParts, type Part, withAlso } from '../figure.ts';
import { scaleLegend } from '../parts/scale-legend.ts';

/** Accuracy by stage and task, a panel for each arm. */
export interface MatrixFigure extends Titled {
  readonly kind: 'matrix';
  readonly arms: readonly ReportArm[];
  /** Among all classes met (default), or told the task. */
  readonly view?: 'task' | 'told';
  /** Panels beside each other; default 2. */
  readonly columns?: number;
}

interface Tile {
  readonly stage: string;
  readonly task: string;
  readonly value: number;
  readonly label: string;
  readonly seeds: number;
}

/** The mean matrix of an arm over its seeds, as tiles. */
const tilesOf = (cells: readonly Cell[], view: 'task' | 'told'): readonly Tile[] => {
  const accuracy = { ...metricOf('accuracy'), digits: 1 };
  const sequences = cells.flatMap(({ stages }) => (stages ? [stages] : []));
  const [first = []] = sequences;
  const tasks = tasksOf(first);
  const matrices = sequences.map((stages) => taskMatrix(stages, view, stages.at(-1)!.record.result.headline));
  return first.flatMap(({ record }, row) =>
    tasks.flatMap((task, column) => {
      const values = matrices.flatMap((matrix) => matrix[row]?.[column] ?? []);
      if (values.length === 0) return [];
      const value = mean(values);
      const { own = '', train = 'own' } = record.config.tasks ?? {};
      const stage = train === 'all' ? 'all at once' : own;
      return [{ stage, task, value: value * accuracy.scale, label: show(accuracy, value), seeds: values.length }];
    }),
  );
};

const light = '#FFFFFF';
const dark = '#0B3A57';

/** Width of a figure, of the labels of a panel's rows, and of the gap between panels. */
const [whole, labels, gap] = [336, 58, 14];

/** Width of a tile, so that all panels of a row fit a column of text. */
const stepOf = (tasks: number, columns: number): number =>
  Math.min(40, Math.floor((whole - gap * (columns - 1) - labels * columns) / (columns * Math.max(1, tasks))));

interface PanelLook {
  readonly step: number;
  readonly domain: readonly [low: number, high: number];
}

/** Tiles of one arm; the shade runs over the domain that all arms share. */
const panel = (name: string, tiles: readonly Tile[], { step, domain: [low, high] }: PanelLook): Part => {
  const axis = { domain: false, ticks: false, grid: false };
  const x = { field: 'task', type: 'nominal', sort: null, title: null, axis: { ...axis, labelAngle: -40 } };
  const y = { field: 'stage', type: 'nominal', sort: null, title: null, axis: { ...axis, labelLimit: labels } };
  return {
    title: { text: name, fontSize: 10, offset: 6 },
    width: { step },
    height: { step: 18 },
    data: { values: tiles.map((tile) => ({ ...tile, inverse: tile.value > low + 0.6 * (high - low) })) },
    layer: [
      {
        mark: { type: 'rect', stroke: '#9A9A9A', strokeWidth: 0.5 },
        encoding: {
          x,
          y,
          color: {
            field: 'value',
            type: 'quantitative',
            legend: scaleLegend(heading(metricOf('accuracy'))),
            scale: { domain: [low, high], range: [light, dark], interpolate: 'rgb' },
          },
          tooltip: ['stage', 'task', 'label', 'seeds'].map((field) => ({ field, type: 'nominal' })),
        },
      },
      {
        mark: { type: 'text', fontSize: step < 30 ? 7.5 : 9 },
        encoding: {
          x,
          y,
          text: { field: 'label' },
          color: { condition: { test: 'datum.inverse', value: '#FFFFFE' }, value: '#121212' },
        },
      },
    ],
  };
};

/** What every stage of a sequence scores on every task: rows stages, columns tasks. */
export const matrixFigure = (cells: readonly Cell[], spec: MatrixFigure): FigureParts => {
  const { arms, view = 'task', columns = 2 } = spec;
  const panels = arms
    .map((arm) => ({ arm, tiles: tilesOf(cellsOf(cells, arm), view) }))
    .filter(({ tiles }) => tiles.length > 0);
  const values = panels.flatMap(({ tiles }) => tiles.map(({ value }) => value));
  const domain = values.length > 0 ? ([Math.min(...values), Math.max(...values)] as const) : ([0, 100] as const);
  const tasks = new Set(panels.flatMap(({ tiles }) => tiles.map(({ task }) => task))).size;
  const look = { domain, step: stepOf(tasks, columns) };
  const title = heading(metricOf('accuracy'));
  const how = view === 'told' ? "among the task's own classes" : 'among all classes met';
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      `${title} ${how}, mean over seeds. Rows: after training on a task; columns: the task tested. Darker is higher; ` +
        'all panels share one scale.',
      spec.differs,
    ),
    spec: {
      ...withAlso(
        panels.map(({ arm, tiles }) => panel(arm.name, tiles, look)),
        columns,
        `${spec.title}: ${title} by stage and task`,
      ),
      title: {
        text: `${title}; rows: trained up to, columns: tested on`,
        anchor: 'start',
        fontSize: 9,
        fontWeight: 'normal',
      },
    },
    rows: panels.flatMap(({ arm, tiles }) =>
      tiles.map(({ stage, task, value, seeds }) => ({ arm: arm.name, stage, task, [title]: value, seeds })),
    ),
  };
};
