import type { Arm, ConfigPatch } from '@lab/runner';

/**
 * HiddenKey's recipes (Wang et al. 2024, arXiv 2403.00812), read in a public text copy of the
 * paper; its Tables 6 and 7 hold them.
 */

/** RoBERTa-large by task: learning rate, epochs, batch, length (Table 6). */
const task = (lr: number, epochs: number, batchSize: number, maxTokens: number) =>
  ({ lr, epochs, batchSize, maxTokens }) as const;
export const robertaTasks = {
  rte: task(4e-4, 30, 64, 512),
  mrpc: task(3e-4, 30, 32, 512),
  stsb: task(3e-4, 10, 32, 128),
  sst2: task(4e-4, 10, 64, 512),
  cola: task(2e-4, 40, 32, 128),
  qnli: task(2e-4, 10, 32, 512),
} as const;

/** LLaMA2-7B by task (Table 7; the parse of the copy is not sure). */
export const llamaTasks = { rte: task(5e-4, 10, 64, 512), mrpc: task(5e-4, 8, 32, 512) } as const;

/** Rates that the paper tries (its set-up), and two more on RTE. */
export const rates = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2];
export const moreRatesOnRte = [0.25, 0.3];
/** Weights of the consistency loss that the paper tries (its set-up). */
export const lambdas = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * The middle of a grid, where the other grid is varied: the paper does not say how rate and weight
 * were tuned together, so they are varied one at a time, which is a choice.
 */
export const middle = { p: 0.1, lambda: 0.2 } as const;

const positions = ['HiddenCut', 'DropKey', 'DropAttention'] as const;
const structures = ['element', 'column', 'span'] as const;

/** Rows of Table 1 that have one rate, by their name there. */
const byRate: { readonly [method: string]: ConfigPatch } = {
  ...Object.fromEntries(
    positions.flatMap((position) =>
      structures.map((structure) => [`${position} ${structure}`, { name: position.toLowerCase(), structure }]),
    ),
  ),
  'HiddenKey-minus': { name: 'hiddenkey-minus' },
};
/** Rows with a consistency loss. */
const byWeight: { readonly [method: string]: ConfigPatch } = {
  HiddenKey: { name: 'hiddenkey', consistency: 'kl' },
  'HiddenKey-minus + JS': { name: 'hiddenkey', consistency: 'js' },
};
/** Rows with one more dropout, at the rate of the others; the paper does not say which rate. */
const added: { readonly [method: string]: (p: number) => ConfigPatch } = {
  'HiddenKey-minus + input': (p) => ({ name: 'hiddenkey-minus', inputP: p }),
  'HiddenKey-minus + output': (p) => ({ name: 'hiddenkey-minus', outputP: p }),
};

/** What the grids of one task try. */
export interface Grids {
  readonly rates: readonly number[];
  readonly lambdas: readonly number[];
}

/**
 * A method along its grids: every rate, and every weight of a consistency loss at the middle rate.
 * `common` is laid over each (layers).
 */
const along = (method: string, dropout: ConfigPatch, grids: Grids): readonly Arm[] => {
  const arm = (labels: { readonly p: number; readonly lambda?: number }): Arm => ({
    labels: { method, ...labels },
    config: { dropout: { ...dropout, ...labels } },
  });
  if (!(method in byWeight)) return grids.rates.map((p) => arm({ p }));
  return [
    ...grids.rates.map((p) => arm({ p, lambda: middle.lambda })),
    ...grids.lambdas.filter((lambda) => lambda !== middle.lambda).map((lambda) => arm({ p: middle.p, lambda })),
  ];
};

const lora: Arm = { labels: { method: 'LoRA' }, config: { dropout: { name: 'none' } } };

/** Every row of Table 1 but full fine-tuning, which the paper copies; at every setting tried. */
export const tableOne = (grids: Grids): readonly Arm[] => [
  lora,
  ...Object.entries({ ...byRate, ...byWeight }).flatMap(([method, dropout]) => along(method, dropout, grids)),
  ...Object.entries(added).flatMap(([method, at]) =>
    grids.rates.map((p) => ({ labels: { method, p }, config: { dropout: { ...at(p), p } } })),
  ),
];

/** LoRA and HiddenKey alone (Tables 4 and 5). `layers`: where a decoder is dropped. */
export const loraAndHiddenKey = (grids: Grids, layers: ConfigPatch = {}): readonly Arm[] => [
  lora,
  ...along('HiddenKey', { name: 'hiddenkey', ...layers }, grids),
];

/**
 * The rows of Tables 2 and 3 at every setting tried; decoders drop in the latter half of layers.
 */
export const tableTwo = (grids: Grids): readonly Arm[] => [
  lora,
  ...Object.entries({
    HiddenCut: { name: 'hiddencut', structure: 'element' },
    DropKey: { name: 'dropkey', structure: 'column' },
    'HiddenKey-minus': { name: 'hiddenkey-minus' },
    HiddenKey: { name: 'hiddenkey' },
  }).flatMap(([method, dropout]) => along(method, { ...dropout, layers: 'latter-half' }, grids)),
];

/**
 * LoRA and HiddenKey at other ranks (Figure 5); the ranks are a choice, and alpha = 2 r as at r =
 * 8.
 */
export const byRank = (ranks: readonly number[]): readonly Arm[] =>
  ranks.flatMap((r) =>
    (
      [
        ['LoRA', { name: 'none' }],
        ['HiddenKey', { name: 'hiddenkey', ...middle }],
      ] as const
    ).map(([method, dropout]) => ({
      labels: { method: `${method}, by rank`, r },
      config: { dropout, adapter: { r, alpha: 2 * r } },
    })),
  );
