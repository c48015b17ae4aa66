import { hiddenKey, type ReportArm, type ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { klHelps } from '../shared.ts';
import { quick, smoke } from '../embedded.ts';
import { columnOfDropKey, elementOfHiddenCut, hiddenKeyAboveLora } from '../margins.ts';
import {
  byRank,
  lambdas,
  llamaTasks,
  loraAndHiddenKey,
  moreRatesOnRte,
  rates,
  robertaTasks,
  tableOne,
  type Grids,
} from '../recipes/hiddenkey.ts';
import { minilm, overnight, shortSst2 } from '../recipes/minilm.ts';

const title = 'HiddenKey on understanding tasks';
const question = 'Which position, structure and compensation of dropout is best under LoRA on understanding tasks?';

/** Arms on one task: its data set and its training settings. */
const on = (
  dataset: ConfigPatch & { readonly name: string },
  train: ConfigPatch,
  arms: readonly Arm[],
): readonly Arm[] =>
  arms.map(({ labels, config }) => ({
    labels: { dataset: dataset.name, ...labels },
    config: { dataset, train, ...config },
  }));
/** The paper reports the dev set, which also chooses: medians of five seeds. */
const dev = (name: string) => ({ name, protocol: 'dev-is-both' });
const grids: Grids = { rates, lambdas };

/**
 * Tables 1, 4 and 8 and Figures 4 to 6 with RoBERTa-large. r = 8, alpha = 16 on query and value:
 * the paper's text says key and value, its tables r_q and r_v; the count of parameters fits both.
 * AdamW, weight decay .1, warm-up .06, linear (Table 6). No member ensembles.
 */
const paper = {
  model: { name: 'roberta-large' },
  head: 'fine-tuning',
  adapter: { name: 'lora', r: 8, alpha: 16, target_modules: ['query', 'value'] },
  train: { weightDecay: 0.1, warmup: 0.06, schedule: 'linear' },
  select: 'best-validation',
  members: 0,
} as const satisfies ConfigPatch;
const onRoberta: readonly Arm[] = [
  ...on(dev('rte'), robertaTasks.rte, tableOne({ rates: [...rates, ...moreRatesOnRte], lambdas })),
  ...(['mrpc', 'stsb', 'sst2'] as const).flatMap((name) => on(dev(name), robertaTasks[name], tableOne(grids))),
  ...(['cola', 'qnli'] as const).flatMap((name) => on(dev(name), robertaTasks[name], loraAndHiddenKey(grids))),
  ...on(dev('rte'), robertaTasks.rte, byRank([1, 2, 4, 16, 32, 64])),
];

/**
 * Table 5: LLaMA2-7B, noise in the latter half of the layers; weight decay as for RoBERTa, a
 * choice.
 */
const paperLlama = {
  ...paper,
  model: { name: 'llama2-7b' },
  adapter: { name: 'lora', r: 8, alpha: 16, target_modules: ['q_proj', 'v_proj'] },
} as const satisfies ConfigPatch;
const onLlama = (['rte', 'mrpc'] as const).flatMap((name) =>
  on(dev(name), llamaTasks[name], loraAndHiddenKey(grids, { layers: 'latter-half' })),
);

/** One rate and one weight: the rows of Table 1 without their grids. */
const single: Grids = { rates: [0.1], lambdas: [] };
const onFiles = [...overnight.map((name) => ({ name })), shortSst2].flatMap((dataset) =>
  on(dataset, {}, tableOne(single)),
);
const embeddedArms = (some: Grids, ranks: readonly number[]) => [
  ...on({ name: 'imdb' }, {}, tableOne(some)),
  ...on({ name: 'imdb' }, {}, byRank(ranks)),
];

/** The rows of Table 1 that are run. */
const rows = [...new Set(tableOne(single).map(({ labels }) => String(labels.method)))];
const best = (method: string): ReportArm => ({ name: method, where: { method }, best: ['p', 'lambda'] });

export const hiddenKeyNlu: Experiment<ReportSpec> = {
  name: 'hiddenkey-nlu',
  title,
  question,
  scales: {
    smoke: { summary: 'a minute', base: smoke, arms: embeddedArms({ rates: [0.1], lambdas: [] }, [2]), seeds: [0] },
    quick: {
      summary: 'every row at two rates, six seeds: a quarter of an hour on two cores',
      base: quick,
      arms: embeddedArms({ rates: [0.05, 0.1], lambdas: [1] }, [2, 32]),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    real: {
      summary: 'RTE, MRPC, CoLA, STS-B, and SST-2 cut to 10,000, with MiniLM: --data-dir, --weights, a night',
      base: { ...minilm, adapter: paper.adapter, members: 0 },
      arms: onFiles,
      seeds: [0],
    },
    paper: {
      summary: 'six GLUE tasks with RoBERTa-large, the grids of rate and lambda, five seeds: --data-dir and GPUs',
      base: paper,
      arms: onRoberta,
      seeds: [0, 1, 2, 3, 4],
    },
    'paper-llama2': {
      summary: 'RTE and MRPC with LLaMA2-7B, five seeds: --data-dir, --weights and GPUs',
      base: paperLlama,
      arms: onLlama,
      seeds: [0, 1, 2, 3, 4],
    },
  },
  report: {
    name: 'hiddenkey-nlu',
    title,
    question,
    paper: 'HiddenKey (Wang et al. 2024), Tables 1, 4, 5 and 8, Figures 4 to 6',
    claims: [
      {
        id: 'hiddenkey-above-lora',
        text: 'HiddenKey is above LoRA',
        source: 'HiddenKey, Table 1',
        test: {
          kind: 'better',
          arm: best('HiddenKey'),
          than: [best('LoRA')],
          metric: 'score',
          margin: hiddenKeyAboveLora,
        },
      },
      klHelps(best('HiddenKey'), best('HiddenKey-minus')),
      {
        id: 'column-for-dropkey',
        text: 'Column is the best structure for DropKey',
        source: 'HiddenKey, Table 1',
        test: {
          kind: 'better',
          arm: best('DropKey column'),
          than: [best('DropKey element'), best('DropKey span')],
          metric: 'score',
          margin: columnOfDropKey,
        },
      },
      {
        id: 'element-for-hiddencut',
        text: 'Element is the best structure for HiddenCut',
        source: 'HiddenKey, Table 1',
        test: {
          kind: 'better',
          arm: best('HiddenCut element'),
          than: [best('HiddenCut column'), best('HiddenCut span')],
          metric: 'score',
          margin: elementOfHiddenCut,
        },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'methods',
        title: 'Every row at its best setting, against LoRA',
        arms: rows.map(best),
        baseline: best('LoRA'),
        metrics: ['score', 'nll'],
      },
      hiddenKey.hiddenKeyTable1,
      hiddenKey.hiddenKeyTable4,
      hiddenKey.hiddenKeyTable5,
      hiddenKey.hiddenKeyTable8Glue,
    ],
    figures: [...hiddenKey.hiddenKeyFigure4, hiddenKey.hiddenKeyFigure5, hiddenKey.hiddenKeyFigure6],
  },
};
