import { caption } from '../../study/caption.ts';
import { type ReportArm, armAt, armsOf, cellsOf, levels, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { heading, mainMetric, metricOf } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { marks, type PaperNumber, paperNumbers, type PaperTable } from '../paper-numbers.ts';
import { describe } from '../../stats/describe.ts';
import { meanEntry } from '../entries.ts';
import { costEntry, costNotes } from './costs.ts';
import { type Column, column, type TableEntry, type Table, text } from '../table.ts';

/**
 * The papers' usual shape: methods down, tasks (or another axis) across, mean last; the paper's own
 * columns behind.
 */
export interface GridTable extends OverArms {
  readonly kind: 'grid';
  /** Axis across; default: dataset. */
  readonly columns?: string;
  readonly metrics: readonly string[];
  readonly costs?: readonly string[];
  readonly average?: boolean;
  readonly paper?: PaperTable;
}

/** A number of a paper with its mark: `84.48 ±0.98 [a]`. */
export const paperEntry = (n: PaperNumber | undefined): TableEntry =>
  n === undefined
    ? text('n/a')
    : { text: `${n.text} [${marks[n.mark]?.sign}]`, sort: n.value, raw: { value: n.value, sd: n.sd, mark: n.mark } };

/** `Table 1` for T1, other names as they are. */
const place = (table: string): string => table.replace(/^T(\d+)$/, 'Table $1');

/** One sentence for each mark in use, and what n/a means. `what` holds the paper's numbers. */
export const markNotes = (used: readonly PaperNumber[], ref: PaperTable, what = 'Columns'): string[] => [
  used.length === 0
    ? `${ref.paper}, ${place(ref.table)}: none of its values could be established; n/a.`
    : `${what} "paper": ${ref.paper}, ${place(ref.table)}${ref.model ? `, ${ref.model}` : ''}, ` +
      "in the paper's units; other data and another model than ours unless named alike; n/a: " +
      'no value known.',
  ...Object.entries(marks)
    .filter(([mark]) => used.some((n) => n.mark === mark))
    .map(([, { sign, meaning }]) => `[${sign}] ${meaning}.`),
];

interface Side {
  readonly columns: readonly Column[];
  readonly entries: (method: string | undefined) => TableEntry[];
  readonly methods: readonly string[];
  readonly notes: readonly string[];
}

const paperSide = (ref: PaperTable | undefined, named: readonly ReportArm[]): Side => {
  if (!ref) return { columns: [], entries: () => [], methods: [], notes: [] };
  const all = paperNumbers(ref.paper, ref.table, ref.model);
  const numbers = ref.rows ? all.filter(({ method }) => named.some((arm) => arm.paper === method)) : all;
  if (numbers.length === 0) {
    const none = column('paper', `paper: ${ref.paper}, ${place(ref.table)}`);
    return { columns: [none], entries: () => [text('n/a')], methods: [], notes: markNotes(numbers, ref) };
  }
  const heads = [...new Map(numbers.map((n) => [`${n.dataset}|${n.metric}`, n])).values()];
  return {
    columns: heads.map((n) => column(`paper ${n.dataset} ${n.metric}`, `paper: ${n.dataset} ${n.metric}`)),
    entries: (method) =>
      heads.map((h) =>
        paperEntry(numbers.find((n) => n.method === method && n.dataset === h.dataset && n.metric === h.metric)),
      ),
    methods: [...new Set(numbers.map((n) => n.method))],
    notes: markNotes(numbers, ref),
  };
};

/**
 * Methods down, tasks across, mean over tasks last; cost; then the paper's own columns, also for
 * rows that only the paper has.
 */
export const gridTables = (cells: readonly Cell[], spec: GridTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const axisName = spec.columns ?? 'dataset';
  const used = arms.flatMap((arm) => cellsOf(cells, arm));
  const across = levels(used, axisName);
  const paper = paperSide(spec.paper, arms);
  const averaged = (spec.average ?? true) && across.length > 1;
  const score = (arm: ReportArm, metric: string): TableEntry =>
    meanEntry(mainMetric(cells, metric), describe(seedValues(cells, arm, metric)));
  const costs = spec.costs ?? [];
  const ours = arms.map((arm): TableEntry[] => [
    text(arm.name),
    ...costs.map((name) => costEntry(cells, arm, name)),
    ...across.flatMap((v) => spec.metrics.map((m) => score(armAt(arm, axisName, v), m))),
    ...(averaged ? spec.metrics.map((m) => score(arm, m)) : []),
    ...paper.entries(arm.paper),
  ]);
  const blanks = costs.length + spec.metrics.length * (across.length + (averaged ? 1 : 0));
  const theirs = paper.methods
    .filter((method) => !arms.some((arm) => arm.paper === method))
    .map((method): TableEntry[] => [
      text(`(paper) ${method}`),
      ...Array.from({ length: blanks }, () => text('n/a')),
      ...paper.entries(method),
    ]);
  const title = (what: string, m: string): string =>
    spec.metrics.length > 1 ? `${what} ${heading(mainMetric(cells, m))}` : what;
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        used,
        `${spec.metrics.map((m) => heading(mainMetric(cells, m))).join(', ')}: mean over seeds, ` +
          '± standard deviation over seeds (n - ' +
          `1)${averaged ? '; mean: over the columns, on seeds that have them all' : ''}.`,
        spec.differs,
      ),
      columns: [
        column('method', spec.heading ?? 'method', 'left'),
        ...costs.map((name) => column(name, heading(metricOf(name)))),
        ...across.flatMap((v) => spec.metrics.map((m) => column(`${v} ${m}`, title(String(v), m)))),
        ...(averaged ? spec.metrics.map((m) => column(`mean ${m}`, title('mean', m))) : []),
        ...paper.columns,
      ],
      rows: [...ours, ...theirs],
      notes: [
        ...paper.notes,
        ...costNotes(
          arms.flatMap((arm) => cellsOf(cells, arm)),
          costs,
        ),
      ],
    },
  ];
};
