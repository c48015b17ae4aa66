import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, cellsOf, type OverArms } from '../../study/arms/arm.ts';
import { heading, mainMetric, type Metric, metricOf } from '../../study/scores/metric.ts';
import { type Moment, moments } from '../../study/arms/progress.ts';
import type { Cell } from '../../study/study.ts';
import { mean } from '../../stats/describe.ts';
import { type FigureParts, type Part, type FigureRow, stack } from '../figure.ts';
import type { LinePanel } from '../parts/line-panel.ts';
import { oneEpochPanel } from '../parts/one-epoch.ts';
import { linePanels, spansNote, seriesOf } from '../parts/lines.ts';
import { spread, type Spread } from '../parts/spread.ts';
import { colours, columnWidth, ink } from '../parts/theme.ts';

/**
 * Training and held-out curve of one metric, the gap between them shaded, one panel for each arm.
 */
export interface GapFigure extends OverArms {
  readonly kind: 'gap';
  /** `loss` (training loss against held-out NLL) or a metric that was evaluated on both splits. */
  readonly metric: string;
}

/**
 * Curves along training, one panel for each metric (`loss`: training loss; others on the held-out
 * split).
 */
export interface ProgressFigure extends OverArms {
  readonly kind: 'progress';
  readonly metrics: readonly string[];
}

const epochs = (list: readonly Moment[]): number[] => [...new Set(list.map((m) => m.epoch))].sort((a, b) => a - b);

/** Values of one epoch, one for each run. */
const at = (list: readonly Moment[], epoch: number, of: (m: Moment) => number | null): number[] =>
  list.filter((m) => m.epoch === epoch).flatMap((m) => of(m) ?? []);

const readouts = (list: readonly Moment[]): string => [...new Set(list.map((m) => m.readout))].join(', ');

interface GapRow extends FigureRow {
  readonly arm: string;
  readonly epoch: number;
  readonly train: number;
  readonly held: number;
}

const gapRows = (
  cells: readonly Cell[],
  arm: ReportArm,
  spec: GapFigure,
  m: Metric,
): { rows: GapRow[]; readout: string } => {
  const loss = spec.metric === 'loss';
  const list = moments(cells, arm, loss ? 'nll' : spec.metric);
  const rows = epochs(list).flatMap((epoch) => {
    const train = at(list, epoch, (x) => (loss ? x.trainLoss : x.train));
    const held = at(list, epoch, (x) => x.heldOut);
    return train.length === 0 || held.length === 0
      ? []
      : [{ arm: arm.name, epoch, train: mean(train) * m.scale, held: mean(held) * m.scale }];
  });
  return { rows, readout: readouts(list) };
};

const splits = ['training', 'held-out'];
const legend = { title: null, symbolType: 'stroke', symbolSize: 220, columns: 2 };
const bySplit = (range: readonly unknown[]): Part => ({
  field: 'split',
  type: 'nominal',
  sort: null,
  legend,
  scale: { domain: splits, range },
});

const gapPanel = (
  rows: readonly GapRow[],
  title: string,
  m: Metric,
  domain: readonly number[],
  last: boolean,
): Part => {
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: last ? 'epoch' : '',
    axis: { tickMinStep: 1, format: 'd', labelFlush: false },
    scale: { nice: false, zero: false },
  };
  const y = { type: 'quantitative', title: heading(m), scale: { domain, nice: true, zero: false } };
  const points = rows.flatMap(({ epoch, train, held }) => [
    { epoch, split: 'training', value: train, colour: ink },
    { epoch, split: 'held-out', value: held, colour: colours[1] },
  ]);
  return {
    width: columnWidth,
    height: 95,
    title: { text: title, fontSize: 10, offset: 3 },
    layer: [
      {
        data: { values: rows },
        mark: { type: 'area', opacity: 0.16, color: colours[1], tooltip: null },
        encoding: { x, y: { ...y, field: 'train' }, y2: { field: 'held' } },
      },
      {
        data: { values: points },
        mark: { type: 'line', strokeWidth: 1.5 },
        encoding: {
          x,
          y: { ...y, field: 'value' },
          stroke: bySplit([ink, colours[1]]),
          strokeDash: bySplit([
            [1, 0],
            [5, 3],
          ]),
        },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, opacity: 1, size: 18 },
        encoding: {
          x,
          y: { ...y, field: 'value' },
          fill: { field: 'colour', type: 'nominal', scale: null },
          tooltip: [
            { field: 'split', type: 'nominal' },
            { field: 'epoch', type: 'quantitative' },
            { field: 'value', type: 'quantitative', title: heading(m), format: `.${m.digits}f` },
          ],
        },
      },
    ],
  };
};

/**
 * Training and held-out curve with the gap shaded, a panel for each arm, all on one scale (LoRA
 * Dropout, Figure 1).
 */
export const gapFigure = (cells: readonly Cell[], spec: GapFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const m = spec.metric === 'loss' ? { ...metricOf('nll'), title: 'loss' } : mainMetric(cells, spec.metric);
  const curves = arms.map((arm) => ({ arm, ...gapRows(cells, arm, spec, m) })).filter(({ rows }) => rows.length > 0);
  const all = curves.flatMap(({ rows }) => rows);
  const isOneEpoch = curves.every(({ rows }) => rows.length === 1);
  const values = all.flatMap((r) => [r.train, r.held]);
  const domain = [Math.min(...values, ...(spec.metric === 'loss' ? [0] : [])), Math.max(...values)];
  const note =
    spec.metric === 'loss'
      ? 'Training: mean loss over the epoch with the masks on; held-out: NLL at the end of the epoch'
      : 'Both splits at the end of the epoch';
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      `${note} (readout: ${curves.map(({ arm, readout }) => `${arm.name} ${readout}`).join('; ')}). ` +
        `Means over seeds; ${isOneEpoch ? 'line: the gap after the only epoch' : 'shaded: the gap'}.`,
      spec.differs,
    ),
    spec: stack(
      isOneEpoch
        ? [oneEpochPanel(all, heading(m), m.digits)]
        : curves.map(({ arm, rows }, i) => gapPanel(rows, arm.name, m, domain, i === curves.length - 1)),
      `${spec.title}: training and held-out ${m.title} by epoch`,
    ),
    rows: all,
  };
};

/**
 * Curves along training, one line for each arm, one panel for each metric (LoRA Dropout, Figure 3;
 * HiddenKey, Figure 6).
 */
export const progressFigure = (cells: readonly Cell[], spec: ProgressFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const kinds: Spread['kind'][] = [];
  const seen = new Map<string, string>();
  const panels = spec.metrics.map((name): LinePanel => {
    const loss = name === 'loss';
    const held = mainMetric(cells, name);
    const y = loss
      ? { ...metricOf('nll'), title: 'training loss', name: 'loss' }
      : { ...held, title: `held-out ${held.title}` };
    const list = arms.flatMap((arm) => {
      const some = moments(cells, arm, loss ? 'nll' : name);
      seen.set(arm.name, readouts(some));
      return epochs(some).flatMap((epoch) => {
        const s = spread(at(some, epoch, (m) => (loss ? m.trainLoss : m.heldOut)));
        if (s === null) return [];
        kinds.push(s.kind);
        return [
          {
            series: arm.name,
            x: epoch,
            mean: s.mean * y.scale,
            low: s.low * y.scale,
            high: s.high * y.scale,
            seeds: s.n,
          },
        ];
      });
    });
    return { points: list, references: [], x: { title: 'epoch', log: false }, y };
  });
  const shown = panels.filter((p) => p.points.length > 0);
  const series = seriesOf(shown);
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      'Points: mean over runs. ' +
        `${spansNote(shown, kinds)} ` +
        `Held-out split, readout: ${[...seen].map(([arm, r]) => `${arm} ${r}`).join('; ')}.`,
      spec.differs,
    ),
    spec: stack(linePanels(shown, series), `${spec.title}: ${shown.map((p) => heading(p.y)).join(', ')} by epoch`),
    rows: shown.flatMap((p) => p.points.map((q) => ({ metric: heading(p.y), ...q }))),
  };
};
