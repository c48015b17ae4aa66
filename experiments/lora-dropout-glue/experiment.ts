import { loraDropout, type ReportArm, type ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { quick, smoke } from '../embedded.ts';
import { calibrationMargin, onePoint } from '../margins.ts';
import { adaGlue, rankSchedule, trainingOf } from '../recipes/adalora.ts';
import { debertaV3 } from '../recipes/deberta.ts';
import { minilm, overnight, shortSst2 } from '../recipes/minilm.ts';
import { shareBudgets, tableRows } from '../recipes/table-rows.ts';

const title = 'LoRA Dropout on GLUE';
const question = 'Does LoRA Dropout raise the score and lower the calibration error of LoRA and AdaLoRA on GLUE?';
/** The largest budget of the table, 1.2 to 1.3 M parameters. */
const budget = shareBudgets['0.65%'];

/** Every row of the table on one task. `ranks`: AdaLoRA's schedule there; `config`: the task. */
const rowsOn = (dataset: string, ranks: ConfigPatch, config: ConfigPatch): readonly Arm[] =>
  tableRows(budget, ranks).map(({ method, config: own, lr }) => ({
    labels: { dataset, method },
    config: {
      ...config,
      ...own,
      ...(lr === undefined ? {} : { train: { ...(config.train as ConfigPatch | undefined), lr } }),
    },
  }));

/**
 * The paper's eight tasks by AdaLoRA's recipe. The development split chooses the checkpoint and
 * scores it, as LoRA Dropout's Table 4 says of its own ("best on dev").
 */
const onGlue = Object.entries(adaGlue).flatMap(([task, recipe]) =>
  rowsOn(task, rankSchedule(recipe), {
    dataset: { name: task, protocol: 'dev-is-both' },
    train: trainingOf(recipe),
  }),
);

const onFiles: readonly Arm[] = [...overnight.map((name) => ({ name })), shortSst2].flatMap((dataset) =>
  rowsOn(dataset.name, {}, { dataset }),
);

const method = (name: string): ReportArm => ({ name, where: { method: name } });
const pairs = [
  ['lora', method('LoRA + Dropout'), method('LoRA')],
  ['adalora', method('AdaLoRA + Dropout'), method('AdaLoRA')],
] as const;

export const loraDropoutGlue: Experiment<ReportSpec> = {
  name: 'lora-dropout-glue',
  title,
  question,
  scales: {
    smoke: { summary: 'a minute', base: smoke, arms: rowsOn('imdb', {}, {}), seeds: [0] },
    quick: {
      summary: 'eight methods on one data set, six seeds: a quarter of an hour on two cores',
      base: quick,
      arms: rowsOn('imdb', {}, {}),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    real: {
      summary: 'RTE, MRPC, CoLA, STS-B, and SST-2 cut to 10,000, with MiniLM: --data-dir, --weights, a night',
      base: minilm,
      arms: onFiles,
      seeds: [0, 1, 2],
    },
    paper: {
      summary: 'eight GLUE tasks with DeBERTaV3-base, five seeds: --data-dir, --weights, and a GPU',
      base: debertaV3,
      arms: onGlue,
      // Five as in AdaLoRA's paper; LoRA Dropout names no number.
      seeds: [0, 1, 2, 3, 4],
    },
  },
  report: {
    name: 'lora-dropout-glue',
    title,
    question,
    paper: 'LoRA Dropout (Lin et al. 2024), Tables 1 and 4, Figures 1 and 3',
    claims: pairs.flatMap(([name, dropped, plain]) => [
      {
        id: `${name}-score`,
        text: `${dropped.name} is above ${plain.name}`,
        source: 'LoRA Dropout, Table 1',
        test: { kind: 'better', arm: dropped, than: [plain], metric: 'score', margin: onePoint },
      } as const,
      {
        id: `${name}-calibration`,
        text: `The calibration error of ${dropped.name} is below that of ${plain.name}`,
        source: 'LoRA Dropout, Table 4',
        test: { kind: 'better', arm: dropped, than: [plain], metric: 'ece', margin: calibrationMargin },
      } as const,
    ]),
    tables: [
      {
        kind: 'compare',
        name: 'methods',
        title: 'All methods, against LoRA',
        baseline: method('LoRA'),
        metrics: ['score', 'nll', 'ece', 'ece-debiased', 'ece-floor'],
      },
      loraDropout.loraDropoutTable1,
      loraDropout.loraDropoutTable4,
    ],
    figures: [loraDropout.loraDropoutFigure1, loraDropout.loraDropoutFigure3],
  },
};
