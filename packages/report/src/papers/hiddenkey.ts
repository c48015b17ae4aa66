import type { SweepFigure } from '../figures/kinds/sweep.ts';
import type { ProgressFigure } from '../figures/kinds/training.ts';
import type { ReportArm, Where } from '../study/arms/arm.ts';
import type { PaperFormTable, ScoreColumn } from '../tables/kinds/paper-form.ts';
import type { VersusTable } from '../tables/kinds/versus.ts';

/**
 * Tables and figures of HiddenKey (Wang et al. 2024, arXiv 2403.00812). Runs name their row by the
 * label `method`, their place in the grids by `p` and `lambda`, their task by the data set.
 */
const paper = 'HiddenKey';

/** A row at the best setting of its grid, as the paper reports it. */
const row = (method: string, key = method.replace(' + ', '+').replace(' ', '-')): ReportArm => ({
  name: method,
  where: { method },
  best: ['p', 'lambda'],
  paper: key,
});
const structures = ['element', 'column', 'span'] as const;

const scoreColumn = (
  dataset: string,
  title: string,
  {
    metric,
    as = 'acc',
    model = encoders,
  }: { readonly metric: string; readonly as?: string; readonly model?: readonly string[] },
): ScoreColumn => ({
  title,
  where: { dataset, model },
  metric,
  paper: { dataset: title, metric: as },
});
/** Every model but the decoder of Table 5, so that a smaller one can stand in for RoBERTa-large. */
const encoders = ['roberta-large', 'roberta', 'minilm'];
/** Every decoder but LLaMA2, which has lines of its own. */
const smallDecoders = ['gpt2-medium', 'gpt2', 'smollm2'];
const big = ['llama2-7b'];

/** Table 1: positions, structures and compensations on four understanding tasks. */
export const hiddenKeyTable1: PaperFormTable = {
  kind: 'paper-form',
  name: 'hiddenkey-table-1',
  title: 'HiddenKey, Table 1: understanding',
  from: { paper, table: 'T1', model: 'roberta-large' },
  centre: 'median',
  rows: [
    row('Full FT', 'FullFT(copied)'),
    row('LoRA'),
    ...['HiddenCut', 'DropKey', 'DropAttention'].flatMap((position) =>
      structures.map((structure) => row(`${position} ${structure}`)),
    ),
    ...[
      'HiddenKey-minus',
      'HiddenKey',
      'HiddenKey-minus + JS',
      'HiddenKey-minus + input',
      'HiddenKey-minus + output',
    ].map((method) => row(method)),
  ],
  columns: [
    scoreColumn('rte', 'RTE', { metric: 'accuracy' }),
    scoreColumn('mrpc', 'MRPC', { metric: 'accuracy' }),
    scoreColumn('stsb', 'STS-B', { metric: 'pearson', as: 'pearson' }),
    scoreColumn('sst2', 'SST-2', { metric: 'accuracy' }),
    { title: 'Avg', mean: [['RTE'], ['MRPC'], ['STS-B'], ['SST-2']], paper: { dataset: 'avg4', metric: 'mean' } },
  ],
};

const written = ['LoRA', 'HiddenCut', 'DropKey', 'HiddenKey-minus', 'HiddenKey'] as const;

/** Table 2: generation on E2E, by a decoder of the paper. */
const table2 = (model: 'gpt2-medium' | 'llama2-7b', methods: readonly string[]): PaperFormTable => ({
  kind: 'paper-form',
  name: `hiddenkey-table-2-${model}`,
  title: `HiddenKey, Table 2: E2E, ${model}`,
  from: { paper, table: 'T2', model },
  rows: methods.map((method) => row(method, method === 'Full FT' ? 'FullFT(copied)' : method)),
  columns: ['BLEU', 'NIST', 'METEOR', 'ROUGE-L', 'CIDEr'].map((name) => ({
    title: name,
    where: { dataset: 'e2e', model: model === 'llama2-7b' ? big : smallDecoders },
    metric: name.toLowerCase(),
    ...(['NIST', 'CIDEr'].includes(name) ? {} : { scale: 100 }),
    paper: { dataset: 'E2E', metric: name },
  })),
});
export const hiddenKeyTable2: readonly PaperFormTable[] = [
  table2('gpt2-medium', ['Full FT', ...written]),
  table2('llama2-7b', ['LoRA', 'HiddenKey']),
];

/**
 * Categories of WebNLG's test rows, which their ids carry: those that training has, and those that
 * it lacks (the 2017 challenge, Gardent et al., section 3).
 */
const webnlgParts = {
  all: null,
  seen: [
    'Airport',
    'Astronaut',
    'Building',
    'City',
    'ComicsCharacter',
    'Food',
    'Monument',
    'SportsTeam',
    'University',
    'WrittenWork',
  ],
  unseen: ['Artist', 'Athlete', 'CelestialBody', 'MeanOfTransportation', 'Politician'],
} as const;

/** Table 3: generation on WebNLG; all test rows, and those of seen and unseen categories. */
export const hiddenKeyTable3: PaperFormTable = {
  kind: 'paper-form',
  name: 'hiddenkey-table-3',
  title: 'HiddenKey, Table 3: WebNLG',
  from: { paper, table: 'T3', model: 'gpt2-medium' },
  rows: ['Full FT', ...written].map((method) => row(method, method === 'Full FT' ? 'FullFT(copied)' : method)),
  columns: Object.entries(webnlgParts).flatMap(([part, categories]) =>
    ['BLEU', 'METEOR', 'TER'].map((name) => ({
      title: `${part} ${name}`,
      where: { dataset: 'webnlg' },
      metric: name.toLowerCase(),
      ...(name === 'BLEU' ? { scale: 100 } : {}),
      ...(categories ? { ids: categories.map((category) => `test:${category}:`) } : {}),
      paper: { dataset: `WebNLG-${part}`, metric: name },
    })),
  ),
};

/** Table 4: two more tasks. */
export const hiddenKeyTable4: PaperFormTable = {
  kind: 'paper-form',
  name: 'hiddenkey-table-4',
  title: 'HiddenKey, Table 4: further tasks',
  from: { paper, table: 'T4', model: 'roberta-large' },
  centre: 'median',
  rows: [row('LoRA'), row('HiddenKey')],
  columns: [
    scoreColumn('cola', 'CoLA', { metric: 'matthews', as: 'mcc' }),
    scoreColumn('qnli', 'QNLI', { metric: 'accuracy' }),
  ],
};

/** Table 5: a large decoder on two understanding tasks. */
export const hiddenKeyTable5: PaperFormTable = {
  kind: 'paper-form',
  name: 'hiddenkey-table-5',
  title: 'HiddenKey, Table 5: a large decoder',
  from: { paper, table: 'T5', model: 'llama2-7b' },
  centre: 'median',
  rows: [row('LoRA'), row('HiddenKey')],
  columns: [
    scoreColumn('rte', 'RTE', { metric: 'accuracy', model: big }),
    scoreColumn('mrpc', 'MRPC', { metric: 'accuracy', model: big }),
  ],
};

/** Table 8: HiddenKey against LoRA and its own parts, p values. `at`: the runs it speaks of. */
const table8 = (
  model: 'roberta-large' | 'gpt2-medium',
  at: { readonly where: Where; readonly metric: string },
  parts: { readonly dropKey: string; readonly hiddenCut: string },
): VersusTable => {
  const here = (method: string, key?: string): ReportArm => {
    const arm = row(method, key);
    return { ...arm, where: { ...arm.where, ...at.where } };
  };
  return {
    kind: 'versus',
    name: 'hiddenkey-table-8',
    title: 'HiddenKey, Table 8: HiddenKey against the others',
    arm: here('HiddenKey'),
    against: [
      here('LoRA'),
      here(parts.dropKey, 'DropKey'),
      here(parts.hiddenCut, 'HiddenCut'),
      here('HiddenKey-minus'),
    ],
    metric: at.metric,
    paper: { paper, table: 'T8', model },
    differs: 'which test the paper uses could not be established',
  };
};
/** Table 8, over the four tasks of Table 1. */
export const hiddenKeyTable8Glue = table8(
  'roberta-large',
  { where: { dataset: ['rte', 'mrpc', 'stsb', 'sst2', 'imdb'] }, metric: 'score' },
  { dropKey: 'DropKey column', hiddenCut: 'HiddenCut element' },
);
/** Table 8, on E2E. */
export const hiddenKeyTable8E2e = table8(
  'gpt2-medium',
  { where: { dataset: 'e2e', model: smallDecoders }, metric: 'bleu' },
  { dropKey: 'DropKey', hiddenCut: 'HiddenCut' },
);

/** Figure 4: score against dropout rate on one task, a line for each position and structure. */
const figure4 = (dataset: string): SweepFigure => ({
  kind: 'sweep',
  name: `hiddenkey-figure-4-${dataset}`,
  title: `HiddenKey, Figure 4: dropout rate, ${dataset}`,
  x: 'p',
  xTitle: 'dropout rate p',
  arms: ['HiddenCut', 'DropKey', 'DropAttention'].flatMap((position) =>
    structures.map((structure) => ({
      name: `${position} ${structure}`,
      where: { method: `${position} ${structure}`, dataset },
    })),
  ),
  references: [{ name: 'LoRA', where: { method: 'LoRA', dataset } }],
  metrics: ['score'],
});
export const hiddenKeyFigure4: readonly SweepFigure[] = ['rte', 'mrpc', 'sst2', 'stsb', 'imdb'].map(figure4);

/** Tasks of Figures 5 and 6; at scales without files another. */
const shown = ['rte', 'imdb'];

/** Figure 5: score against the rank r. */
export const hiddenKeyFigure5: SweepFigure = {
  kind: 'sweep',
  name: 'hiddenkey-figure-5',
  title: 'HiddenKey, Figure 5: rank',
  x: 'r',
  xTitle: 'LoRA rank r',
  log: true,
  arms: ['LoRA', 'HiddenKey'].map((method) => ({
    name: method,
    where: { method: `${method}, by rank`, dataset: shown },
  })),
  metrics: ['score'],
};

/** Figure 6: training loss and held-out score along training. */
export const hiddenKeyFigure6: ProgressFigure = {
  kind: 'progress',
  name: 'hiddenkey-figure-6',
  title: 'HiddenKey, Figure 6: along training',
  arms: ['LoRA', 'HiddenKey-minus', 'HiddenKey'].map((method) => {
    const arm = row(method);
    return { ...arm, where: { ...arm.where, dataset: shown } };
  }),
  metrics: ['loss', 'score'],
};
