import { type ReportArm, cellsOf } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';
import { metricOf } from '../study/scores/metric.ts';
import { seedOf } from '../study/run.ts';
import type { Cell } from '../study/study.ts';
import { mean } from '../stats/describe.ts';
import { pAbove } from '../stats/intervals/mean-interval.ts';
import type { ClaimTest } from './claim.ts';
import { armsOfTest } from './evidence.ts';

/** Level at which a leak is named: an accusation asks for more than a claim does. */
const leakAlpha = 0.005;

/** How much better the main score is on test than on validation, by seed, averaged over tasks. */
const gaps = (cells: readonly Cell[]): ReadonlyMap<number, number> => {
  const each = cells.flatMap((cell) => {
    const { evaluations, metric } = cell.record.result;
    const [test, validation] = (['test', 'validation'] as const).map(
      (split) => evaluations.find((e) => e.split === split && e.readout === 'deterministic')?.metrics[metric],
    );
    const sign = metricOf(metric).better === 'higher' ? 1 : -1;
    return typeof test === 'number' && typeof validation === 'number'
      ? [{ seed: seedOf(cell), gap: sign * (test - validation) }]
      : [];
  });
  return new Map(
    [...groupBy(each, ({ seed }) => seed)].map(([seed, same]) => [seed, mean(same.map(({ gap }) => gap))]),
  );
};

/**
 * How the checkpoints of runs were chosen: selection on validation makes that split look better.
 */
const selections = (cells: readonly Cell[]): string =>
  [...new Set(cells.map(({ record }) => record.config.select))].sort().join(', ');

/**
 * Whether an arm gains on the test split what it does not gain on validation, against another arm
 * on the same seeds: the mark of test labels that reached training or selection. One-sided test;
 * false below six seeds, and for arms whose checkpoints are chosen in different ways.
 */
const gainsOnTestAlone = (cells: readonly Cell[], arm: ReportArm, than: ReportArm, alpha = leakAlpha): boolean => {
  const [own, others] = [cellsOf(cells, arm), cellsOf(cells, than)];
  if (selections(own) !== selections(others)) return false;
  const base = gaps(others);
  const values = [...gaps(own)].flatMap(([seed, gap]) => {
    const other = base.get(seed);
    return other === undefined ? [] : [gap - other];
  });
  return pAbove(values) < alpha;
};

/**
 * A sentence for each pair of a claim's arms of which one gains on test alone, whichever way the
 * claim goes. The level is shared by all pairs; sizes of one ensemble are one training.
 */
export const leaksOf = (cells: readonly Cell[], test: ClaimTest): readonly string[] => {
  if ('x' in test && test.x === 'M') return [];
  const [first, ...others] = armsOfTest(cells, test);
  const pairs = first ? others.flatMap((other) => [[first, other] as const, [other, first] as const]) : [];
  return pairs
    .filter(([arm, than]) => gainsOnTestAlone(cells, arm, than, (2 * leakAlpha) / pairs.length))
    .map(
      ([arm, than]) =>
        `${arm.name} gains on the test split what it does not gain on validation, against ${than.name}: ` +
        'test labels may leak',
    );
};
