import { mean } from '../../stats/describe.ts';
import { studentQuantile } from '@lab/random';
import { type ReportArm, byTask, cellsOf, pairName, readingOf, seedValues, type Point } from './arm.ts';
import { type Comparison, compareArms } from './comparison.ts';
import { groupBy } from '../group.ts';
import { mainMetric, type Metric, show, unitAfter } from '../scores/metric.ts';
import { seedOf, taskOf, validationValue } from '../run.ts';
import type { Cell } from '../study.ts';

/** One line of the answer: a method with the settings that were tried for it. */
export interface Candidates {
  readonly name: string;
  /** One arm for each setting; the one with the best validation score stands for the method. */
  readonly arms: readonly ReportArm[];
}

/** What a report answers first: which method is best, and how far it is from the baseline. */
export interface AnswerSpec {
  readonly methods: readonly Candidates[];
  /** Name of the method that the others are compared with; null compares nothing. */
  readonly baseline: string | null;
  readonly metric: string;
}

/** A method at its chosen setting. */
export interface Ranked {
  readonly name: string;
  readonly arm: ReportArm;
  /** Settings that were tried. */
  readonly tried: number;
  /** Mean validation score, by which the setting was chosen; null where none was evaluated. */
  readonly validation: number | null;
  /** Mean test score over seeds. */
  readonly score: number;
  /** Against the baseline at its own chosen setting; null for the baseline itself. */
  readonly difference: Comparison | null;
  /** From 1; methods that the test cannot tell from the leader of their group share a rank. */
  readonly rank: number;
}

/** The answer of a report. */
export interface Answer {
  readonly metric: Metric;
  /** The metric as it was asked for: `score`, or a name. */
  readonly asked: string;
  readonly baseline: string | null;
  /** By test score, the best first. */
  readonly ranked: readonly Ranked[];
  readonly sentence: string;
}

/** Mean validation score of an arm, averaged over seeds, then over data sets; null without any. */
const validationOf = (cells: readonly Cell[], arm: ReportArm, metric: string): number | null => {
  const points = cellsOf(cells, arm).flatMap((cell): readonly Point[] => {
    const value = validationValue(cell, metric, readingOf(cell, arm));
    return value === null ? [] : [{ task: taskOf(cell), seed: seedOf(cell), value }];
  });
  const distinct = [...groupBy(points, pairName).values()].flatMap((same) => same.slice(0, 1));
  const tasks = [...byTask(distinct).values()].map((list) => mean(list.map((p) => p.value)));
  return tasks.length === 0 ? null : mean(tasks);
};

interface Chosen {
  readonly name: string;
  readonly arm: ReportArm;
  readonly tried: number;
  readonly validation: number | null;
  readonly score: number;
}

/** The method at the setting with the best validation score; null without a test score there. */
const choose = (cells: readonly Cell[], { name, arms }: Candidates, metric: string, sign: number): Chosen | null => {
  const tried = arms
    .filter((arm) => cellsOf(cells, arm).length > 0)
    .map((arm) => ({ arm, validation: validationOf(cells, arm, metric) }));
  const worth = (validation: number | null): number => (validation === null ? -Infinity : sign * validation);
  const [first, ...others] = tried;
  if (!first) return null;
  const best = others.reduce((a, b) => (worth(b.validation) > worth(a.validation) ? b : a), first);
  const values = seedValues(cells, best.arm, metric);
  return values.length === 0 ? null : { name, ...best, tried: tried.length, score: mean(values) };
};

const excludesZero = ({ interval, test }: Comparison): boolean =>
  test.p !== null && interval !== null && (interval.low > 0 || interval.high < 0);

/** Most seeds that are named as enough. */
const mostSeeds = 500;

/**
 * Seeds with which a paired t test finds the observed difference with 80 % power at level .05, were
 * it the true one; null where more than `mostSeeds` would be needed or there is no spread to go by.
 */
export const decidingSeeds = ({ summary }: Comparison): number | null => {
  if (summary?.sd == null || summary.sd === 0 || summary.mean === 0) return null;
  const effect = Math.abs(summary.mean) / summary.sd;
  for (let n = 6; n <= mostSeeds; n++)
    if ((studentQuantile(0.975, n - 1) + studentQuantile(0.8, n - 1)) / Math.sqrt(n) <= effect) return n;
  return null;
};

const verdictOf = (c: Comparison, sign: number): string => {
  if (!excludesZero(c) || c.summary === null) return 'cannot tell';
  return sign * c.summary.mean > 0 ? 'better' : 'worse';
};

const comparedText = (name: string, baseline: string, metric: Metric, c: Comparison, sign: number): string => {
  if (c.summary === null) return `${name} and ${baseline} share no seeds.`;
  const interval = c.interval
    ? ` (95 % interval ${show(metric, c.interval.low, true)} to ${show(metric, c.interval.high, true)})`
    : '';
  const verdict = verdictOf(c, sign);
  const needed = decidingSeeds(c);
  const seeds =
    needed === null
      ? `no number of seeds up to ${mostSeeds} would decide`
      : `about ${needed} seeds would decide a difference of this size`;
  const difference = `${show(metric, c.summary.mean, true)}${unitAfter(metric)}`;
  return (
    `On test ${name} differs from ${baseline} by ${difference}${interval} ` +
    `in ${metric.title}, ${c.summary.n} seeds: ${verdict}${verdict === 'cannot tell' ? `; ${seeds}` : ''}.`
  );
};

/** Ranks by test score; a method that the test cannot tell from the leader shares the rank. */
const ranksOf = (cells: readonly Cell[], sorted: readonly Chosen[], metric: string): readonly number[] => {
  let leader: Chosen | undefined;
  let rank = 1;
  return sorted.map((method, i) => {
    if (leader === undefined || excludesZero(compareArms(cells, method.arm, leader.arm, metric))) {
      leader = method;
      rank = i + 1;
    }
    return rank;
  });
};

/** The answer from the runs; null where fewer than two methods have a test score. */
export const answerOf = (cells: readonly Cell[], { methods, baseline, metric: name }: AnswerSpec): Answer | null => {
  const metric = mainMetric(cells, name);
  const sign = metric.better === 'higher' ? 1 : -1;
  const chosen = methods.flatMap((method) => choose(cells, method, name, sign) ?? []);
  const base = chosen.find((method) => method.name === baseline);
  const sorted = chosen.toSorted((a, b) => sign * (b.score - a.score));
  const ranks = ranksOf(cells, sorted, name);
  const ranked = sorted.map((method, i): Ranked => {
    const difference = base && method !== base ? compareArms(cells, method.arm, base.arm, name) : null;
    return { ...method, difference, rank: ranks[i] ?? i + 1 };
  });
  if (ranked.length < 2) return null;
  const onValidation = ranked.filter(({ validation }) => validation !== null);
  const best = onValidation.toSorted((a, b) => sign * ((b.validation ?? 0) - (a.validation ?? 0)))[0];
  const other = best?.difference ?? null;
  const head = best
    ? `Of ${ranked.length} methods ${best.name} has the best validation score.`
    : `No validation scores were stored, so no method is chosen beforehand.`;
  const compared = best && base && other ? comparedText(best.name, base.name, metric, other, sign) : '';
  const alone = best && base && best.name === base.name ? 'It is the baseline itself: no method was better there.' : '';
  return {
    metric,
    asked: name,
    baseline: base?.name ?? null,
    ranked,
    sentence: [head, compared, alone].filter(Boolean).join(' '),
  };
};
