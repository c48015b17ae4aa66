import type { ReportArm } from '../study/arms/arm.ts';
import type { GridTable } from '../tables/kinds/grid.ts';
import type { PaperFormTable } from '../tables/kinds/paper-form.ts';

/** Tables of HeteroLoRA (Zhang et al. 2024, arXiv 2406.14956), as specifications over our arms. */
const differs =
  "The paper's printed tables could not be found: its columns are read from the authors' public logs " +
  '(best epoch on validation).';

const paper = { paper: 'HeteroLoRA', table: 'logs', model: 'opt-350m', rows: 'named' } as const;

/** The main comparison: uniform LoRA, LoRA with shortcuts, HeteroLoRA at equal budgets. */
export const mainTable = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'heterolora-main',
  title: 'HeteroLoRA: scores at equal budgets',
  arms,
  metrics: ['score'],
  costs: ['trainable'],
  paper,
  differs,
});

/** The proxies that rank modules: constant, gradient norm, SNIP, SynFlow, alpha test. */
export const proxyTable = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'heterolora-proxies',
  title: 'HeteroLoRA: scores by proxy',
  arms,
  metrics: ['score'],
  paper,
  differs,
});

const budgets = [
  { budget: 'large (as 2.36M)', lora: 'LoRA-r24', shortcuts: 'LoRA+shortcuts-r8', searched: 'HeteroLoRA-r32-25%' },
  { budget: 'small (as .59M)', lora: 'LoRA-r6', shortcuts: 'LoRA+shortcuts-r2', searched: 'HeteroLoRA-r8-25%' },
] as const;

/**
 * The budget-matched triples on the authors' tasks. Runs name their line by `budget` and `method`,
 * their task by the data set.
 */
export const triplesTable: PaperFormTable = {
  kind: 'paper-form',
  name: 'heterolora-triples',
  title: 'HeteroLoRA: the matched triples by task',
  from: { paper: 'HeteroLoRA', table: 'logs', model: 'opt-350m' },
  rows: budgets.flatMap(({ budget, lora, shortcuts, searched }) =>
    (
      [
        ['LoRA', lora],
        ['LoRA + shortcuts', shortcuts],
        ['HeteroLoRA combined', `${searched}-combined`],
        ['HeteroLoRA separated', `${searched}-separated`],
      ] as const
    ).map(([method, key]) => ({ name: `${method}, ${budget}`, where: { budget, method }, paper: key })),
  ),
  columns: [
    ...[
      ['mrpc', 'MRPC'],
      ['rte', 'RTE'],
      ['sst2', 'SST-2'],
      ['boolq', 'BoolQ'],
    ].map(([dataset = '', title = '']) => ({
      title,
      where: { dataset },
      metric: 'accuracy',
      paper: { dataset: title, metric: 'acc best-epoch mean3' },
    })),
    { title: 'Alpaca perplexity', where: { dataset: 'alpaca' }, metric: 'perplexity' },
  ],
  costs: ['trainable'],
  differs,
};
