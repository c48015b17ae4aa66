import { type ReportArm, cellsOf } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';
import { seedOf } from '../study/run.ts';
import type { Cell } from '../study/study.ts';
import { mean } from '../stats/describe.ts';
import { pAbove } from '../stats/intervals/mean-interval.ts';

/** Level at which a leak is named: an accusation asks for more than a claim does. */
const leakAlpha = 0.005;

/** Main score on the test split minus that on validation, by seed, averaged over tasks. */
const gaps = (cells: readonly Cell[], arm: ReportArm): ReadonlyMap<number, number> => {
  const each = cellsOf(cells, arm).flatMap((cell) => {
    const { evaluations, metric } = cell.record.result;
    const [test, validation] = (['test', 'validation'] as const).map(
      (split) => evaluations.find((e) => e.split === split && e.readout === 'deterministic')?.metrics[metric],
    );
    return typeof test === 'number' && typeof validation === 'number'
      ? [{ seed: seedOf(cell), gap: test - validation }]
      : [];
  });
  return new Map(
    [...groupBy(each, ({ seed }) => seed)].map(([seed, same]) => [seed, mean(same.map(({ gap }) => gap))]),
  );
};

/**
 * Whether an arm gains on the test split what it does not gain on validation, against another arm
 * on the same seeds: the mark of test labels that reached training or selection. One-sided test at
 * .005; false below six seeds, and where the main metric is better when lower.
 */
export const gainsOnTestAlone = (cells: readonly Cell[], arm: ReportArm, than: ReportArm): boolean => {
  const other = gaps(cells, than);
  const values = [...gaps(cells, arm)].flatMap(([seed, gap]) => {
    const base = other.get(seed);
    return base === undefined ? [] : [gap - base];
  });
  return pAbove(values) < leakAlpha;
};
