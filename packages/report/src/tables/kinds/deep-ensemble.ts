import { caption } from '../../study/caption.ts';
import { cellsOf, type ReportArm, type Titled } from '../../study/arms/arm.ts';
import { againstSingle, type EnsembleLine, maskLines, seedLines, singleLine } from '../../study/arms/ensemble-lines.ts';
import { heading, mainMetric, show, unitBeside } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { intervalText, meanEntry } from '../entries.ts';
import { column, type Column, type TableEntry, type Table, text } from '../table.ts';

/**
 * Ensembles of several seeds' models beside one model and beside ensembles of masks (deep
 * ensembles; MC dropout; LoRA Dropout).
 */
export interface DeepEnsembleTable extends Titled {
  readonly kind: 'deep-ensemble';
  /**
   * Arms whose seeds are members, read as each says; the first one's single models are what
   * differences are taken to.
   */
  readonly arms: readonly ReportArm[];
  /** Arms whose mask ensembles stand beside. */
  readonly masks: readonly ReportArm[];
  readonly metrics: readonly string[];
}

const whole = (value: number): TableEntry => ({ text: String(value), sort: value });

const keys: readonly Column[] = [
  column('series', 'series', 'left'),
  column('of', 'ensemble of', 'left'),
  column('average', 'average of', 'left'),
  column('size', 'size'),
  column('trained', 'models trained'),
];

const head = ({ series, of, average, size, trained }: EnsembleLine): TableEntry[] => [
  text(series),
  text(of === 'one model' ? '-' : of),
  text(average ?? '-'),
  whole(size),
  whole(trained),
];

/**
 * One model, ensembles of the models of several seeds, and ensembles of masks of one model, by
 * size; then the differences to one model. Where test sets differ by seed there are no ensembles of
 * seeds, and a note says why.
 */
export const deepEnsembleTables = (cells: readonly Cell[], spec: DeepEnsembleTable): Table[] => {
  const { arms, masks, metrics } = spec;
  const deep = arms.map((arm) => seedLines(cells, arm, metrics));
  const single = arms.map((arm) => singleLine(cells, arm, metrics));
  const lines = [
    ...deep.flatMap(({ lines }, i) => [...single.slice(i, i + 1), ...lines]),
    ...masks.flatMap((arm) => maskLines(cells, arm, metrics)),
  ].filter(({ draws }) => metrics.some((m) => draws(m).length > 0));
  const used = [...arms, ...masks].flatMap((arm) => cellsOf(cells, arm));
  const refused = deep.flatMap((d) => d.refused.map((why) => `No ensembles of seeds: ${why}.`));
  const base = single[0];
  const named = metrics.map((m) => ({ name: m, metric: mainMetric(cells, m) }));
  const difference = ({ draws }: EnsembleLine, { name, metric }: (typeof named)[number]): TableEntry => {
    const against = base && againstSingle(draws(name), base.draws(name));
    if (!against) return text('n/a');
    const { mean, interval } = against;
    const plain = show(metric, mean, true);
    return {
      text: interval ? `${plain} ${intervalText(metric, interval)}` : plain,
      sort: mean,
      raw: { mean, low: interval?.low ?? null, high: interval?.high ?? null },
    };
  };
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        used,
        'Ensembles of seeds: mean over all subsets of the seeds, ' +
          '± standard deviation over those subsets; other lines: mean over seeds, ' +
          '± standard deviation over seeds (n - 1). Averaged over data sets first.',
        spec.differs,
      ),
      columns: [...keys, column('n', 'ensembles'), ...named.map(({ name, metric }) => column(name, heading(metric)))],
      rows: lines.map((line) => [
        ...head(line),
        whole(Math.max(...metrics.map((m) => line.draws(m).length))),
        ...named.map(({ name, metric }) => meanEntry(metric, describe(line.draws(name).map((d) => d.value)))),
      ]),
      notes: [
        'Subsets of the same seeds overlap, so their ± is smaller than that of ensembles of fresh ' +
          'seeds; of all seeds there is one ensemble, without a ±.',
        'Masks: one trained model, its first stored members. A regression averages values under either name.',
        'Where the seed also draws the training examples, several models have seen more data than one.',
        ...refused,
      ],
    },
    {
      name: `${spec.name}-differences`,
      title: `${spec.title}: differences to one model`,
      caption: caption(
        used,
        `Minus ${base?.series ?? 'none'}, one model, on the same seeds, with 95 % interval: ` +
          "jackknife over seeds (each seed left out with all its ensembles), Student's t.",
        spec.differs,
      ),
      columns: [
        ...keys,
        ...named.map(({ name, metric }) => column(name, `${metric.title}${unitBeside(metric)} [95 %]`)),
      ],
      rows: lines
        .filter((line) => line !== base)
        .map((line) => [...head(line), ...named.map((one) => difference(line, one))]),
      notes: ['No interval where every ensemble holds every seed.', ...refused],
    },
  ];
};
