import { groupBy } from '../group.ts';
import { metricOf } from '../scores/metric.ts';
import { axis, type RunReading, taskOf, validationValue } from '../run.ts';
import type { Cell } from '../study.ts';

/** Where runs of one setting stand on some axes, as one text. */
const settingAt = (cell: Cell, axes: readonly string[]): string =>
  JSON.stringify(axes.map((name) => axis(cell, name) ?? null));

/**
 * Mean validation score of runs, so that more is better; by the loss where the score is not read on
 * validation (written texts). Null where neither was.
 */
const worth = (cells: readonly Cell[], reading: (cell: Cell) => RunReading | null): number | null => {
  const values = cells.flatMap((cell) => {
    const score = validationValue(cell, 'score', reading(cell));
    const loss = validationValue(cell, 'nll', reading(cell));
    if (score === null) return loss === null ? [] : [-loss];
    return [metricOf(cell.record.result.metric).better === 'higher' ? score : -score];
  });
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
};

/**
 * The runs of the setting with the best mean validation score, for each data set by itself:
 * settings are runs with equal values on `axes`. Of equal ones the first is taken.
 */
export const atBest = (
  cells: readonly Cell[],
  axes: readonly string[],
  reading: (cell: Cell) => RunReading | null,
): readonly Cell[] =>
  [...groupBy(cells, taskOf).values()].flatMap((task) => {
    const settings = [...groupBy(task, (cell) => settingAt(cell, axes)).values()];
    const [first, ...others] = settings.map((own) => ({ own, score: worth(own, reading) ?? -Infinity }));
    if (!first) return [];
    return others.reduce((best, other) => (other.score > best.score ? other : best), first).own;
  });
