import { caption } from '../../study/caption.ts';
import { calibrationError, equalWidth, type Bet } from '@lab/metrics';
import { type ReportArm, armsOf, cellsOf, readingOf, type OverArms } from '../../study/arms/arm.ts';
import { sortedQuantile } from '../../stats/describe.ts';
import { betsOf } from '../../study/scores/outcome.ts';
import { outcomesOf } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { type FigureParts, type Part, type FigureRow, stack } from '../figure.ts';
import { colours, faint, ink } from '../parts/theme.ts';

export interface ReliabilityFigure extends OverArms {
  readonly kind: 'reliability';
  readonly bins?: number;
}

interface Calibration {
  readonly arm: string;
  readonly rows: readonly FigureRow[];
  /** Accuracies of single runs in each bin: the 10 % and the 90 % point. */
  readonly spans: readonly FigureRow[];
  readonly ece: number;
  readonly examples: number;
}

const calibration = (cells: readonly Cell[], arm: ReportArm, count: number): Calibration | null => {
  const runs = cellsOf(cells, arm).flatMap((cell): readonly (readonly Bet[])[] => {
    const r = readingOf(cell, arm);
    const own = r === null || cell.record.result.status !== 'done' ? null : outcomesOf(cell, r);
    return own ? [betsOf(own)] : [];
  });
  const pooled = equalWidth(runs.flat(), count);
  const error = calibrationError(pooled);
  if (error === null) return null;
  const examples = pooled.reduce((sum, b) => sum + b.count, 0);
  const rows = pooled
    .filter((b) => b.count > 0)
    .map((b) => ({
      arm: arm.name,
      from: b.from,
      to: b.to,
      confidence: b.confidence,
      accuracy: b.accuracy,
      share: b.count / examples,
      examples: b.count,
    }));
  const binned = runs.map((bets) => equalWidth(bets, count));
  const spans = pooled.flatMap((bin, i) => {
    const accuracies = binned.flatMap((bins) => {
      const own = bins[i];
      return own && own.count >= fewest ? (own.accuracy ?? []) : [];
    });
    const sorted = accuracies.toSorted((a, b) => a - b);
    return sorted.length < fewestRuns
      ? []
      : [{ confidence: bin.confidence, low: sortedQuantile(sorted, 0.1), high: sortedQuantile(sorted, 0.9) }];
  });
  return { arm: arm.name, rows, spans, ece: error, examples };
};

const size = 112;
/** A bin with fewer examples in one run says nothing of that run. */
const fewest = 20;
/** With fewer runs in a bin their spread is not drawn. */
const fewestRuns = 3;

const panel = (c: Calibration, from: number, floor: number): readonly Part[] => {
  const scale = { domain: [from, 1], nice: false };
  const x = { field: 'confidence', type: 'quantitative', title: 'confidence', scale };
  const y = { field: 'accuracy', type: 'quantitative', title: 'accuracy', scale: { domain: [floor, 1], nice: false } };
  const tooltip = ['confidence', 'accuracy', 'share'].map((field) => ({ field, type: 'quantitative', format: '.3f' }));
  const diagram = {
    width: size,
    height: size,
    title: { text: c.arm, fontSize: 10, offset: 3 },
    layer: [
      {
        data: {
          values: [
            { confidence: Math.max(from, floor), accuracy: Math.max(from, floor) },
            { confidence: 1, accuracy: 1 },
          ],
        },
        mark: { type: 'line', clip: true, color: faint, strokeDash: [3, 3], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values: c.spans },
        mark: { type: 'area', clip: true, opacity: 0.22, color: faint, tooltip: null },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      {
        data: { values: c.rows },
        mark: { type: 'rule', clip: true, color: colours[1], strokeWidth: 2.5 },
        encoding: { x, y, y2: { field: 'confidence' } },
      },
      {
        data: { values: c.rows },
        mark: { type: 'line', clip: true, color: ink, strokeWidth: 1.6, point: { color: ink, size: 18 } },
        encoding: { x, y, tooltip },
      },
      {
        data: { values: [{ label: `ECE ${c.ece.toFixed(3)}|n ${c.examples}` }] },
        mark: { type: 'text', align: 'left', baseline: 'top', fontSize: 9, color: ink, x: 3, y: 1, lineBreak: '|' },
        encoding: { text: { field: 'label' } },
      },
    ],
  };
  const histogram = {
    width: size,
    height: 26,
    data: { values: c.rows },
    mark: { type: 'bar', color: '#9A9A9A', stroke: ink, strokeWidth: 0.4 },
    encoding: {
      x: { field: 'from', type: 'quantitative', title: '', scale, axis: { labels: false, ticks: false } },
      x2: { field: 'to' },
      y: {
        field: 'share',
        type: 'quantitative',
        title: 'share',
        axis: { values: [0, 0.5, 1], format: '.1f' },
        scale: { domain: [0, 1] },
      },
      y2: { datum: 0 },
      tooltip: [
        { field: 'from', type: 'quantitative', format: '.2f' },
        { field: 'to', type: 'quantitative', format: '.2f' },
        { field: 'examples', type: 'quantitative' },
      ],
    },
  };
  return [diagram, histogram];
};

/**
 * Confidence against accuracy, pooled over runs, with the spread of single runs, gaps to the
 * diagonal, share of examples below.
 */
export const reliabilityFigure = (cells: readonly Cell[], spec: ReliabilityFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const count = spec.bins ?? 15;
  const calibrations = arms.flatMap((arm) => calibration(cells, arm, count) ?? []);
  // The top class of K classes is never below 1 / K: the empty left part is cut.
  const low = Math.min(1, ...calibrations.flatMap((c) => c.rows.map((r) => Number(r.from))));
  const lowest = calibrations.flatMap((c) => [
    ...c.rows.map(({ accuracy }) => Number(accuracy)),
    ...c.spans.map((span) => Number(span.low)),
  ]);
  const floor = Math.floor(10 * Math.min(low, ...lowest)) / 10;
  const rows: Part[] = [];
  for (let i = 0; i < calibrations.length; i += 2) {
    rows.push({
      spacing: 18,
      hconcat: calibrations.slice(i, i + 2).map((c) => ({ spacing: 4, vconcat: panel(c, low, floor) })),
    });
  }
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      `${count} equal-width bins of the predicted class's probability, closed on the right. Thick: ` +
        `all runs pooled; grey: 10 to 90 % of single runs (bins of ${fewest} examples or more, ` +
        `${fewestRuns} runs or more); vertical: gap to perfect calibration (dashed). ECE of the pooled examples; ` +
        'n counts examples of all runs.',
      spec.differs,
    ),
    spec: stack(rows, `${spec.title}: reliability diagrams of ${calibrations.map((c) => c.arm).join(', ')}`),
    rows: calibrations.flatMap((c) => c.rows),
  };
};
