import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, cellsOf, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { compareArms, compareExamples } from '../../study/arms/comparison.ts';
import { heading, mainMetric, metricOf, unitBeside } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import type { ExampleShare } from '../../stats/tests/example-share.ts';
import { describe } from '../../stats/describe.ts';
import { holm } from '../../stats/tests/holm.ts';
import { differenceEntry, intervalText, meanEntry, numberEntry, pEntry, testNote } from '../entries.ts';
import { costEntry, costNotes } from './costs.ts';
import { column, type TableEntry, type Table, text, withoutEmpty } from '../table.ts';

/** Every arm beside a baseline: scores, paired differences, tests, cost. */
export interface CompareTable extends OverArms {
  readonly kind: 'compare';
  readonly baseline: ReportArm;
  /**
   * By name of an arm: another baseline than `baseline`, such as the one at the arm's grid point.
   */
  readonly baselines?: { readonly [arm: string]: ReportArm };
  /** First: the one that is tested. */
  readonly metrics: readonly string[];
  /** Readouts shown side by side for the first metric; default: deterministic and own. */
  readonly readouts?: readonly ('deterministic' | 'mean-field' | 'ensemble' | 'own')[];
}

/** Costs of an arm; ranks where an adapter prunes them. */
const costsOf = (cells: readonly Cell[]): readonly string[] => [
  'trainable',
  ...(cells.some(({ record }) => record.result.ranks) ? ['rank'] : []),
  'train-seconds',
  'memory',
];

const readoutNames: { readonly [choice: string]: string } = {
  own: 'own readout',
  deterministic: 'deterministic',
  'mean-field': 'mean-field',
  ensemble: 'ensemble',
};

const scores = (cells: readonly Cell[], spec: CompareTable, arms: readonly ReportArm[]): Table => {
  const [first, ...others] = spec.metrics;
  const readouts = spec.readouts ?? ['deterministic', 'own'];
  const main = mainMetric(cells, first ?? 'score');
  const costs = costsOf(cells);
  const columns = [
    column('method', spec.heading ?? 'method', 'left'),
    column('n', 'seeds'),
    ...readouts.map((r) => column(`${main.name}-${r}`, `${heading(main)}, ${readoutNames[r]}`)),
    ...others.map((name) => column(name, heading(metricOf(name)))),
    ...costs.map((name) => column(name, heading(metricOf(name)))),
  ];
  const over = (arm: ReportArm, metric: string): number[] => seedValues(cells, arm, metric);
  const rows = arms.map((arm): TableEntry[] => [
    text(arm.name),
    { text: String(over(arm, first ?? 'score').length), sort: over(arm, first ?? 'score').length },
    ...readouts.map((readout) =>
      meanEntry(main, describe(over(readout === 'own' ? arm : { ...arm, readout }, first ?? 'score'))),
    ),
    ...others.map((name) => meanEntry(metricOf(name), describe(over(arm, name)))),
    ...costs.map((name) => costEntry(cells, arm, name)),
  ]);
  return withoutEmpty(
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        'Mean over seeds (averaged over data sets first), ± standard deviation over seeds (n - 1). ' +
          'Time and memory: means.',
        spec.differs,
      ),
      columns,
      rows,
      notes: [
        'deterministic: one pass with all masks off and no rescaling; own: ' +
          'the readout that the row names, else what the method prescribes (mean-field scale or ' +
          'ensemble).',
        ...(others.length > 0
          ? ['Metrics after the first are read with the own readout. ECE: 15 equal-width bins.']
          : []),
        ...costNotes(
          arms.flatMap((arm) => cellsOf(cells, arm)),
          costs,
        ),
      ],
    },
    readouts.map((r) => `${main.name}-${r}`),
  );
};

/** What the fixed test set hides from a test over seeds, at worst over the rows. */
const shareNotes = (shares: readonly ExampleShare[]): string[] => {
  if (shares.length === 0) return [];
  const worst = shares.reduce((a, b) => (b.falseRate > a.falseRate ? b : a));
  const [share, rate] = [worst.share, worst.falseRate].map((v) => (100 * v).toFixed(1));
  return [
    `Examples keep up to ${share} % of the variance of their difference over seeds: about new sentences ` +
      `a test over seeds alone would be wrong in ${rate} % of studies instead of 5 %.`,
  ];
};

const tests = (cells: readonly Cell[], spec: CompareTable, arms: readonly ReportArm[]): Table => {
  const name = spec.metrics[0] ?? 'score';
  const main = mainMetric(cells, name);
  const comparisons = arms.flatMap((arm) => {
    const baseline = spec.baselines?.[arm.name] ?? spec.baseline;
    return arm.name === baseline.name ? [] : [{ arm, baseline, c: compareArms(cells, arm, baseline, name) }];
  });
  const adjusted = holm(comparisons.map(({ c }) => c.test.p));
  const unit = unitBeside(main);
  const examples = new Map(
    main.name === 'accuracy'
      ? comparisons.map(({ arm, baseline }) => [arm.name, compareExamples(cells, arm, baseline)])
      : [],
  );
  const rows = comparisons.map(({ arm, c }, i): TableEntry[] => {
    const each = examples.get(arm.name) ?? null;
    return [
      text(arm.name),
      { text: String(c.summary?.n ?? 0), sort: c.summary?.n ?? 0 },
      differenceEntry(main, c),
      numberEntry(main, c.shift, true),
      pEntry(c.test.p),
      pEntry(adjusted[i] ?? null),
      numberEntry(main, c.detectable),
      each?.interval
        ? { text: intervalText(main, each.interval), raw: { low: each.interval.low, high: each.interval.high } }
        : text('n/a'),
      each
        ? {
            text: `${each.mcnemar.better} better, ${each.mcnemar.worse} worse of ${each.mcnemar.seeds}`,
            raw: { better: each.mcnemar.better, worse: each.mcnemar.worse, runs: each.mcnemar.seeds },
          }
        : text('n/a'),
    ];
  });
  const kinds = new Set(comparisons.flatMap(({ c }) => c.interval?.kind ?? []));
  return withoutEmpty(
    {
      name: `${spec.name}-tests`,
      title: `${spec.title}: paired differences to ${spec.baseline.name}`,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        `${heading(main)}, own readout, runs paired by seed. Difference: ` +
          `mean with 95 % interval (${[...kinds].join(', ') || 'none'} over seeds, averaged over data sets).`,
        spec.differs,
      ),
      columns: [
        column('method', spec.heading ?? 'method', 'left'),
        column('pairs', 'pairs'),
        column('difference', `difference${unit} [95 %]`),
        column('shift', 'HL shift'),
        column('p', 'p'),
        column('p-holm', 'p Holm'),
        column('mde', 'MDE'),
        column('hierarchical', 'seeds x examples [95 %]'),
        column('mcnemar', 'McNemar, runs'),
      ],
      rows,
      notes: [
        testNote,
        'Holm: over all rows. HL: Hodges-Lehmann. MDE: difference found with 80 % power.',
        ...(main.name === 'accuracy'
          ? [
              'McNemar: exact, over examples, one test per run, Holm over runs, at .05. ' +
                'Seeds x examples: for fresh test sets too.',
            ]
          : []),
        ...shareNotes([...examples.values()].flatMap((each) => each?.share ?? [])),
      ],
    },
    ['p', 'p-holm', 'difference'],
  );
};

/** Scores and cost of every arm, and a second table of paired differences to the baseline. */
export const compareTables = (cells: readonly Cell[], spec: CompareTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  return [scores(cells, spec, arms), tests(cells, spec, arms)];
};
