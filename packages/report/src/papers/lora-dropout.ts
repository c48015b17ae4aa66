import type { GapFigure, ProgressFigure } from '../figures/kinds/training.ts';
import type { ReportArm } from '../study/arms/arm.ts';
import type { MeanColumn, PaperFormTable, ScoreColumn } from '../tables/kinds/paper-form.ts';

/**
 * Tables and figures of LoRA Dropout (Lin et al. 2024, arXiv 2404.09610). Runs name their row by
 * the label `method` and their task by the data set.
 */
const differs =
  'The numbers of this table in the paper could not be established: ' +
  'lines "paper" are the baselines that it takes over from AdaLoRA.';

/** A row by its label, with the name that AdaLoRA's table gives it. */
const row = (method: string, paper?: string): ReportArm => ({
  name: method,
  where: { method },
  ...(paper === undefined ? {} : { paper }),
});

/** The rows of Tables 1 and 4, in the paper's order. */
const glueRows: readonly ReportArm[] = [
  row('Full FT', 'FullFT'),
  row('BitFit', 'BitFit'),
  row('H-Adapter', 'H-Adapter-1.22M'),
  row('P-Adapter', 'P-Adapter-1.18M'),
  row('LoRA', 'LoRA-r8'),
  row('LoRA + Dropout'),
  row('AdaLoRA', 'AdaLoRA-1.27M'),
  row('AdaLoRA + Dropout'),
];

const glueColumn = (dataset: string, title: string, metric: string, paper: string, as: string): ScoreColumn => ({
  title,
  where: { dataset },
  metric,
  paper: { dataset: paper, metric: as },
});
const glueColumns: readonly ScoreColumn[] = [
  glueColumn('mnli', 'MNLI m', 'accuracy', 'MNLI-m', 'acc'),
  glueColumn('mnli', 'MNLI mm', 'elsewhere:mismatched/accuracy', 'MNLI-mm', 'acc'),
  glueColumn('sst2', 'SST-2', 'accuracy', 'SST-2', 'acc'),
  glueColumn('cola', 'CoLA', 'matthews', 'CoLA', 'mcc'),
  glueColumn('qqp', 'QQP acc', 'accuracy', 'QQP', 'acc'),
  glueColumn('qqp', 'QQP F1', 'f1', 'QQP', 'f1'),
  glueColumn('qnli', 'QNLI', 'accuracy', 'QNLI', 'acc'),
  glueColumn('rte', 'RTE', 'accuracy', 'RTE', 'acc'),
  glueColumn('mrpc', 'MRPC', 'accuracy', 'MRPC', 'acc'),
  glueColumn('stsb', 'STS-B', 'pearson', 'STS-B', 'corr'),
];
/** The mean over eight tasks, of which MNLI and QQP are means of two numbers. */
const glueMean: MeanColumn = {
  title: 'All',
  mean: [['MNLI m', 'MNLI mm'], ['SST-2'], ['CoLA'], ['QQP acc', 'QQP F1'], ['QNLI'], ['RTE'], ['MRPC'], ['STS-B']],
  paper: { dataset: 'GLUE', metric: 'mean8' },
};

/** Table 1: GLUE with DeBERTaV3-base. */
export const loraDropoutTable1: PaperFormTable = {
  kind: 'paper-form',
  name: 'lora-dropout-table-1',
  title: 'LoRA Dropout, Table 1: GLUE',
  from: { paper: 'AdaLoRA', table: 'T1', model: 'deberta-v3-base' },
  rows: glueRows,
  columns: [...glueColumns, glueMean],
  costs: ['trainable'],
  differs,
};

/** Budgets of Table 2: the share of the parameters of DeBERTaV3-base that is trained. */
export const squadBudgets = ['0.08%', '0.16%', '0.32%', '0.65%'] as const;

const squadScores = [
  { title: 'EM', metric: 'exact', paper: 'em' },
  { title: 'F1', metric: 'f1', paper: 'f1' },
] as const;

const squadColumns = (dataset: readonly string[], title: string, paper: string): readonly ScoreColumn[] =>
  squadBudgets.flatMap((budget) =>
    squadScores.map(({ title: score, metric, paper: as }) => ({
      title: `${title} ${budget} ${score}`,
      where: { dataset, budget },
      metric,
      paper: { dataset: `${paper} ${budget}`, metric: as },
    })),
  );

/** Table 2: SQuAD at four budgets, exact match and F1; a version of SQuAD a table. */
const squadTable = (name: string, dataset: readonly string[], title: string, paper: string): PaperFormTable => ({
  kind: 'paper-form',
  name: `lora-dropout-table-2-${name}`,
  title: `LoRA Dropout, Table 2: ${title}`,
  from: { paper: 'AdaLoRA', table: 'T2', model: 'deberta-v3-base' },
  rows: [
    row('H-Adapter', 'H-Adapter'),
    row('P-Adapter', 'P-Adapter'),
    row('LoRA', 'LoRA'),
    row('LoRA + Dropout'),
    row('AdaLoRA', 'AdaLoRA'),
    row('AdaLoRA + Dropout'),
  ],
  columns: squadColumns(dataset, name, paper),
  differs,
});
const fullSquad: PaperFormTable = {
  kind: 'paper-form',
  name: 'lora-dropout-table-2-full',
  title: 'LoRA Dropout, Table 2: full fine-tuning',
  from: { paper: 'AdaLoRA', table: 'T2', model: 'deberta-v3-base' },
  rows: [row('Full FT', 'FullFT')],
  columns: (
    [
      [['squad', 'xquad'], 'v1.1', 'SQuADv1.1'],
      [['squad2'], 'v2.0', 'SQuADv2.0'],
    ] as const
  ).flatMap(([dataset, title, paper]) =>
    squadScores.map(({ title: score, metric, paper: as }) => ({
      title: `${title} ${score}`,
      where: { dataset },
      metric,
      paper: { dataset: `${paper} full`, metric: as },
    })),
  ),
  differs,
};
export const loraDropoutTable2: readonly PaperFormTable[] = [
  fullSquad,
  squadTable('v1.1', ['squad', 'xquad'], 'SQuAD v1.1', 'SQuADv1.1'),
  squadTable('v2.0', ['squad2'], 'SQuAD v2.0', 'SQuADv2.0'),
];

/** Table 3: instruction tuning of LLaMA2-7B, accuracy on MMLU without examples. */
export const loraDropoutTable3: PaperFormTable = {
  kind: 'paper-form',
  name: 'lora-dropout-table-3',
  title: 'LoRA Dropout, Table 3: instruction tuning',
  from: { paper: 'LoRA Dropout', table: 'T3', model: 'llama2-7b' },
  rows: [row('untuned'), row('LoRA'), row('LoRA + Dropout')],
  columns: [{ title: 'MMLU, 0-shot', where: { dataset: 'mmlu' }, metric: 'accuracy' }],
};

/** Table 4: calibration error by task. */
export const loraDropoutTable4: PaperFormTable = {
  kind: 'paper-form',
  name: 'lora-dropout-table-4',
  title: 'LoRA Dropout, Table 4: expected calibration error',
  from: { paper: 'LoRA Dropout', table: 'T4', model: 'deberta-v3-base' },
  rows: glueRows.slice(4),
  columns: ['mnli', 'sst2', 'cola', 'qqp', 'qnli', 'rte', 'mrpc'].map((dataset) => ({
    title: dataset,
    where: { dataset },
    metric: 'ece',
  })),
  differs: 'The number of bins and the tasks in the paper are unknown; here 15 bins and every task with classes.',
};

/** One of the tasks that Figures 1 and 3 show; at scales without files another. */
const shown = ['rte', 'imdb'];
const along = (methods: readonly string[]): readonly ReportArm[] =>
  methods.map((method) => ({ name: method, where: { method, dataset: shown } }));

/** Figure 1: training and held-out loss along training. */
export const loraDropoutFigure1: GapFigure = {
  kind: 'gap',
  name: 'lora-dropout-figure-1',
  title: 'LoRA Dropout, Figure 1: training and held-out loss',
  arms: along(['LoRA', 'AdaLoRA', 'LoRA + Dropout', 'AdaLoRA + Dropout']),
  metric: 'loss',
  differs: 'the paper shows LoRA and AdaLoRA; the task of its figure is not known',
};

/** Figure 3: calibration error along training. */
export const loraDropoutFigure3: ProgressFigure = {
  kind: 'progress',
  name: 'lora-dropout-figure-3',
  title: 'LoRA Dropout, Figure 3: calibration error along training',
  arms: along(['LoRA', 'LoRA + Dropout', 'AdaLoRA', 'AdaLoRA + Dropout']),
  metrics: ['ece'],
};
