import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, bySeed, cellsOf, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { heading, mainMetric } from '../../study/scores/metric.ts';
import { byRun, moments, type Moment } from '../../study/arms/progress.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { meanEntry, numberEntry } from '../entries.ts';
import { column, type TableEntry, type Table, text } from '../table.ts';

/** What each rule for choosing a checkpoint would have reported, on the curve's held-out split. */
export interface SelectionTable extends OverArms {
  readonly kind: 'selection';
  readonly metric: string;
}

/** A rule that turns one run's held-out values by epoch into the number that would be reported. */
export interface SelectionRule {
  readonly name: string;
  readonly pick: (values: readonly number[], sign: number) => number | undefined;
}

/**
 * `last`: no choice. `best on dev`: the papers' rule; the same split chooses and scores, so it is
 * too good by construction.
 */
export const rules: readonly SelectionRule[] = [
  { name: 'last epoch', pick: (values) => values.at(-1) },
  { name: 'best on dev', pick: (values, sign) => sign * Math.max(...values.map((v) => sign * v)) },
];

/**
 * What each rule would report on the curve's held-out split, beside the test score of the run's own
 * rule.
 */
export const selectionTables = (cells: readonly Cell[], spec: SelectionTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const metric = mainMetric(cells, spec.metric);
  const sign = metric.better === 'higher' ? 1 : -1;
  const reported = (arm: ReportArm, rule: SelectionRule): { task: string; seed: number; value: number }[] =>
    byRun(moments(cells, arm, spec.metric)).flatMap((run: Moment[]) => {
      const values = [...run].sort((a, b) => a.step - b.step).flatMap((m) => m.heldOut ?? []);
      const [first] = run;
      const value = values.length > 0 ? rule.pick(values, sign) : undefined;
      return !first || value === undefined ? [] : [{ task: first.task, seed: first.seed, value }];
    });
  const rows = arms.map((arm): TableEntry[] => {
    const summaries = rules.map((rule) => describe(bySeed(reported(arm, rule)).map((p) => p.value)));
    const optimism = summaries[0] && summaries[1] ? summaries[1].mean - summaries[0].mean : null;
    return [
      text(arm.name),
      ...summaries.map((s) => meanEntry(metric, s)),
      numberEntry(metric, optimism, true),
      meanEntry(metric, describe(seedValues(cells, arm, spec.metric))),
    ];
  });
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        `${heading(metric)}: mean over seeds, ± standard deviation over seeds (n - 1). ` +
          'First columns: held-out split along training, single passes.',
        spec.differs,
      ),
      columns: [
        column('method', 'method', 'left'),
        ...rules.map((rule) => column(rule.name, `${rule.name}, held-out`)),
        column('optimism', 'best minus last'),
        column('test', "test, run's own rule"),
      ],
      rows,
      notes: [
        'best on dev: chooses and scores on the same split, as the papers do; so it is too high by construction.',
      ],
    },
  ];
};
