import { loraDropout, type ReportArm, type ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { onePoint } from '../margins.ts';
import { adaSquad, rankSchedule, trainingOf } from '../recipes/adalora.ts';
import { debertaV3 } from '../recipes/deberta.ts';
import { minilm } from '../recipes/minilm.ts';
import { shareBudgets, tableRows, type TableRow } from '../recipes/table-rows.ts';

const title = 'LoRA Dropout on question answering';
const question = 'Does LoRA Dropout help LoRA and AdaLoRA find answers in a text, at every budget of parameters?';

/** Full fine-tuning has no budget; BitFit is not in the paper's table. */
const whole = 'Full FT';
const absent = [whole, 'BitFit'];

/** A row on one data set, with the learning rate that the row asks for. */
const armOf = (labels: Arm['labels'], on: ConfigPatch, { config, lr }: TableRow): Arm => ({
  labels,
  config: {
    ...on,
    ...config,
    ...(lr === undefined ? {} : { train: { ...(on.train as ConfigPatch | undefined), lr } }),
  },
});

/** Full fine-tuning, and every other row at the given budgets. `ranks`: AdaLoRA's schedule. */
const rowsOn = (
  dataset: string,
  ranks: ConfigPatch,
  on: ConfigPatch,
  budgets: readonly (keyof typeof shareBudgets)[],
): readonly Arm[] => [
  ...tableRows(shareBudgets['0.65%'], ranks)
    .filter(({ method }) => method === whole)
    .map((row) => armOf({ dataset, method: whole }, on, row)),
  ...budgets.flatMap((budget) =>
    tableRows(shareBudgets[budget], ranks)
      .filter(({ method }) => !absent.includes(method))
      .map((row) => armOf({ dataset, budget, method: row.method }, on, row)),
  ),
];

/** Windows of 384 tokens that share 128, the usual of SQuAD, which AdaLoRA's scripts keep. */
const windows = { stride: 128 } as const;
const onSquad = (Object.keys(adaSquad) as (keyof typeof adaSquad)[]).flatMap((name) =>
  rowsOn(
    name,
    rankSchedule(adaSquad[name]),
    { dataset: { name }, qa: windows, train: trainingOf(adaSquad[name]) },
    loraDropout.squadBudgets,
  ),
);

/** XQuAD in English: 1,190 questions of SQuAD's development set, split by context. */
const onXquad = (budgets: Parameters<typeof rowsOn>[3], more: ConfigPatch): readonly Arm[] =>
  rowsOn('xquad', {}, { dataset: { name: 'xquad', ...more } }, budgets);
const { head: _head, ...deberta } = debertaV3;

const method = (name: string): ReportArm => ({ name, where: { method: name, budget: '0.65%' } });
const pairs = [
  ['lora', method('LoRA + Dropout'), method('LoRA')],
  ['adalora', method('AdaLoRA + Dropout'), method('AdaLoRA')],
] as const;

export const loraDropoutSquad: Experiment<ReportSpec> = {
  name: 'lora-dropout-squad',
  title,
  question,
  scales: {
    smoke: {
      summary: 'a few minutes on XQuAD with MiniLM: --data-dir, --weights',
      base: { ...minilm, train: { ...minilm.train, batchSize: 8, epochs: 1, maxTokens: 128 }, members: 2 },
      arms: onXquad(['0.65%'], { subset: 32, maxTest: 16 }),
      seeds: [0],
    },
    real: {
      summary: 'XQuAD with MiniLM at four budgets, two seeds: --data-dir, --weights, a night on two cores',
      base: { ...minilm, train: { ...minilm.train, batchSize: 16, epochs: 5, maxTokens: 384 } },
      arms: onXquad(loraDropout.squadBudgets, {}),
      seeds: [0, 1],
    },
    paper: {
      summary: 'SQuAD v1.1 and v2.0 with DeBERTaV3-base at four budgets, five seeds: --data-dir, --weights, and GPUs',
      base: deberta,
      arms: onSquad,
      seeds: [0, 1, 2, 3, 4],
    },
  },
  report: {
    name: 'lora-dropout-squad',
    title,
    question,
    paper: 'LoRA Dropout (Lin et al. 2024), Table 2',
    claims: pairs.map(([name, dropped, plain]) => ({
      id: `${name}-f1`,
      text: `${dropped.name} is above ${plain.name}`,
      source: 'LoRA Dropout, Table 2',
      test: { kind: 'better', arm: dropped, than: [plain], metric: 'f1', margin: onePoint },
    })),
    tables: [
      {
        kind: 'compare',
        name: 'methods',
        title: 'All methods at the largest budget, against LoRA',
        arms: ['H-Adapter', 'P-Adapter', 'LoRA', 'LoRA + Dropout', 'AdaLoRA', 'AdaLoRA + Dropout'].map(method),
        baseline: method('LoRA'),
        metrics: ['f1', 'exact'],
      },
      ...loraDropout.loraDropoutTable2,
    ],
    figures: [],
  },
};
