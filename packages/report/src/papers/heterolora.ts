import type { ReportArm } from '../study/arms/arm.ts';
import type { GridTable } from '../tables/kinds/grid.ts';

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
