import { caption } from '../../study/caption.ts';
import { type ReportArm, cellsOf, points, readingOf, type Titled, type Where } from '../../study/arms/arm.ts';
import { groupBy } from '../../study/group.ts';
import { mainMetric, metricOf, type Metric, show } from '../../study/scores/metric.ts';
import { scoreOfPart } from '../../study/scores/part.ts';
import { axis, seedOf, taskOf } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { costEntry, costNotes } from './costs.ts';
import { markNotes, paperEntry } from './grid.ts';
import { paperNumbers, type PaperNumber, type PaperTable } from '../paper-numbers.ts';
import { column, type Table, type TableEntry, text } from '../table.ts';

/** Where a number stands in the paper: its data set and metric in `paper-numbers.csv`. */
interface PaperCell {
  readonly dataset: string;
  readonly metric: string;
}

/** A column of one number, by which runs it is read off and as what. */
export interface ScoreColumn {
  readonly title: string;
  readonly where: Where;
  readonly metric: string;
  /** 100 where the paper prints a hundred times what we store; default: as the metric is shown. */
  readonly scale?: number;
  /**
   * How the ids of the test rows begin that alone are scored: a part of the texts of a test set.
   */
  readonly ids?: readonly string[];
  readonly paper?: PaperCell;
}

/** A column that averages others by their titles: first within a group, then over groups. */
export interface MeanColumn {
  readonly title: string;
  readonly mean: readonly (readonly string[])[];
  readonly paper?: PaperCell;
}

/**
 * A paper's table as the paper prints it: its rows and columns in its order, under each row of ours
 * the paper's own.
 */
export interface PaperFormTable extends Titled {
  readonly kind: 'paper-form';
  /** Where the paper's numbers are found; rows and columns name them. */
  readonly from: PaperTable;
  readonly rows: readonly ReportArm[];
  readonly columns: readonly (ScoreColumn | MeanColumn)[];
  readonly costs?: readonly string[];
  /** What the paper prints over seeds; default: the mean. */
  readonly centre?: 'mean' | 'median';
}

type SeedScores = ReadonlyMap<number, number>;

const isMean = (c: ScoreColumn | MeanColumn): c is MeanColumn => 'mean' in c;
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** An arm's scores of a column by seed. */
const scoresOf = (cells: readonly Cell[], arm: ReportArm, { where, metric, ids }: ScoreColumn): SeedScores => {
  const here = { ...arm, where: { ...arm.where, ...where } };
  if (!ids) return new Map(points(cells, here, metric).map(({ seed, value }) => [seed, value]));
  return new Map(
    cellsOf(cells, here).flatMap((cell) => {
      const value = scoreOfPart(cell, readingOf(cell, here), { metric, ids });
      return value === null ? [] : [[seedOf(cell), value] as const];
    }),
  );
};

/** Means by seed, on seeds that every averaged column has. */
const meansOf = (groups: readonly (readonly SeedScores[])[]): SeedScores => {
  const all = groups.flat();
  const seeds = [...(all[0]?.keys() ?? [])].filter((seed) => all.every((scores) => scores.has(seed)));
  return new Map(
    seeds.map((seed) => [seed, average(groups.map((group) => average(group.flatMap((s) => s.get(seed) ?? []))))]),
  );
};

/** Scores of every column by its title. */
const rowScores = (cells: readonly Cell[], arm: ReportArm, columns: PaperFormTable['columns']) => {
  const single = new Map(columns.flatMap((c) => (isMean(c) ? [] : [[c.title, scoresOf(cells, arm, c)] as const])));
  const scores = (c: ScoreColumn | MeanColumn): SeedScores =>
    isMean(c)
      ? meansOf(c.mean.map((titles) => titles.map((title) => single.get(title) ?? new Map<number, number>())))
      : (single.get(c.title) ?? new Map<number, number>());
  return columns.map(scores);
};

const entryOf = (m: Metric, scores: SeedScores, centre: 'mean' | 'median'): TableEntry => {
  const s = describe([...scores.values()]);
  if (s === null) return text('n/a');
  return {
    text: s.sd === null ? show(m, s[centre]) : `${show(m, s[centre])} ±${show(m, s.sd)}`,
    sort: s[centre],
    raw: { [centre]: s[centre], sd: s.sd, n: s.n },
  };
};

/** How a column is printed: by its own metric in the paper's unit, or as what it averages. */
const metricFor = (cells: readonly Cell[], c: ScoreColumn | MeanColumn, columns: PaperFormTable['columns']): Metric => {
  const own = isMean(c) ? columns.find((other) => !isMean(other) && c.mean.flat().includes(other.title)) : c;
  if (own === undefined || isMean(own)) return metricOf('score');
  const metric = own.metric === 'score' ? mainMetric(cells, 'score') : metricOf(own.metric);
  return own.scale === undefined ? metric : { ...metric, scale: own.scale, digits: 2 };
};

const list = (values: readonly unknown[]): string => [...new Set(values.map(String))].join(', ');

/** What of a run's data is not as the paper has it, or worth saying beside it. */
const dataText = ({ record: { config } }: Cell): string => {
  const { subset, maxTest, protocol } = config.dataset;
  return [
    ...(typeof subset === 'number' ? [`${subset} training rows (of each class, where there are classes)`] : []),
    ...(typeof maxTest === 'number' ? [`${maxTest} test rows`] : []),
    ...(protocol === 'dev-is-both' ? ['the development split both chooses and scores, as in the paper'] : []),
    ...(protocol === 'clean' ? ['choices fall on rows split off train, the development split scores'] : []),
  ].join(', ');
};

/** Footnotes on the data: one for each thing that is to be said, with the tasks it is true of. */
const dataNotes = (cells: readonly Cell[]): readonly string[] => {
  const said = [...groupBy(cells, taskOf)].map(([task, own]) => ({ task, what: list(own.map(dataText)) }));
  const byText = groupBy(
    said.filter(({ what }) => what !== ''),
    ({ what }) => what,
  );
  return [...byText].map(([what, tasks]) => `Our data, ${list(tasks.map(({ task }) => task))}: ${what}.`);
};

/** Footnote on the model, where ours is not the paper's. */
const modelNote = (cells: readonly Cell[], { model }: PaperTable): readonly string[] => {
  const ours = [...new Set(cells.map((cell) => cell.record.config.model.name))];
  if (model === undefined || (ours.length === 1 && ours[0] === model)) return [];
  return [`Our model is ${list(ours)}; the paper's is ${model}.`];
};

/** Which settings a grid was read at. */
const chosenNotes = (cells: readonly Cell[], rows: readonly ReportArm[]): readonly string[] =>
  rows.flatMap(({ best, ...arm }) => {
    if (!best || cellsOf(cells, arm).length === 0) return [];
    const settings = [...groupBy(cellsOf(cells, { ...arm, best }), taskOf)].map(([task, own]) => {
      const [cell] = own;
      const values = best.flatMap((name) => {
        const value = cell && axis(cell, name);
        return value === undefined ? [] : [`${name} ${value}`];
      });
      return `${task} ${values.join(' ')}`;
    });
    return [`${arm.name}, chosen on validation: ${settings.join('; ')}.`];
  });

/** The paper's own row; `named` says which of its numbers stands in a column. */
const theirRow = (
  arm: ReportArm,
  spec: PaperFormTable,
  named: (method: string | undefined, cell: PaperCell | undefined) => PaperNumber | undefined,
): TableEntry[] => [
  text(arm.name),
  text('paper'),
  ...(spec.costs ?? []).map(() => text('')),
  ...spec.columns.map((c) => paperEntry(named(arm.paper, c.paper))),
];

/** The table in the paper's form; none where we have no run that belongs in it. */
export const paperFormTables = (cells: readonly Cell[], spec: PaperFormTable): Table[] => {
  const { rows, columns, from, costs = [], centre = 'mean' } = spec;
  const scored = rows.map((arm) => ({ arm, scores: rowScores(cells, arm, columns) }));
  if (scored.every(({ scores }) => scores.every(({ size }) => size === 0))) return [];
  const inColumns = cells.filter((cell) =>
    columns.some((c) => !isMean(c) && cellsOf([cell], { name: '', where: c.where }).length > 0),
  );
  const used = rows.flatMap((arm) => cellsOf(inColumns, arm));
  const numbers = paperNumbers(from.paper, from.table, from.model);
  const named = (method: string | undefined, cell: PaperCell | undefined): PaperNumber | undefined =>
    numbers.find((n) => n.method === method && n.dataset === cell?.dataset && n.metric === cell.metric);
  const metrics = columns.map((c) => metricFor(used, c, columns));
  const shown = numbers.filter(({ method }) => rows.some((arm) => arm.paper === method));
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        used,
        `First line of a row: ours, ${centre} over seeds ± standard deviation (n - 1); second line: the paper's.`,
        spec.differs,
      ),
      columns: [
        column('method', 'method', 'left'),
        column('from', 'from', 'left'),
        ...costs.map((name) => column(name, metricOf(name).title)),
        ...columns.map((c) => column(c.title, c.title)),
      ],
      rows: scored.flatMap(({ arm, scores }): TableEntry[][] => [
        [
          text(arm.name),
          text('ours'),
          ...costs.map((name) => costEntry(inColumns, arm, name)),
          ...scores.map((s, i) => entryOf(metrics[i] ?? metricOf('score'), s, centre)),
        ],
        theirRow(arm, spec, named),
      ]),
      notes: [
        ...modelNote(used, from),
        ...dataNotes(used),
        ...chosenNotes(inColumns, rows),
        ...markNotes(shown, from, 'Lines'),
        ...costNotes(used, costs),
      ],
    },
  ];
};
