import type { ReportSpec } from '@lab/report';
import type { Arm, Experiment, ConfigPatch } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';

const title = 'Dropout under every adapter';
const question = 'Does what LoRA Dropout and HiddenKey do to LoRA also hold for its relatives, at one budget?';

/**
 * Every adapter with about the parameters of LoRA at r = 8 trained at a time; a search keeps a
 * quarter of r = 32. Chains hold more in all than they train at a time.
 */
const adapters = {
  lora: { name: 'lora', r: 8 },
  adalora: { name: 'adalora', init_r: 8, target_r: 6 },
  sora: { name: 'sora', r: 8 },
  'dora-dynamic': { name: 'dora-dynamic', r: 8, target_r: 6 },
  heterolora: {
    name: 'heterolora',
    r: 32,
    shortcuts: [],
    count: 'parameters',
    every: 0.5,
    scoring_batches: 2,
  },
  'reslora input': { name: 'reslora', r: 8, shortcut: 'input' },
  'reslora block': { name: 'reslora', r: 8, shortcut: 'block' },
  'reslora middle': { name: 'reslora', r: 8, shortcut: 'middle' },
  prolora: { name: 'prolora', r: 14, unshared: 2 },
  cola: { name: 'cola', r: 8, links: 3 },
  'rac-lora': { name: 'rac-lora', r: 16, alpha: 32, links: 3 },
  xgblora: { name: 'xgblora', r: 8, alpha: 16, rounds: 4 },
  rolora: { name: 'rolora', r: 8, rounds: 6 },
  's-lora': { name: 's-lora', r: 8, links: 3 },
  beamlora: { name: 'beamlora', r: 8 },
  nora: { name: 'nora', r: 43, alpha: 86, outer: 128 },
  replora: { name: 'replora', r: 8, hidden: 8 },
  mole: { name: 'mole', r: 8, experts: 3 },
} as const satisfies { readonly [adapter: string]: ConfigPatch };

/**
 * LoRA at r = 8 under another optimiser. LoRA-Pro moves the product as Adam would move whole
 * weights, so its rate is one for them.
 */
const optimizers: { readonly [adapter: string]: ConfigPatch } = {
  'lora with lora-rite': { optimizer: { name: 'lora-rite' } },
  'lora with lora-pro': { optimizer: { name: 'lora-pro' }, lr: 3e-4 },
};

const dropouts: { readonly [method: string]: ConfigPatch } = {
  none: { name: 'none' },
  'lora-dropout': { name: 'lora-dropout', p: 0.3, samples: 2 },
  hiddenkey: { name: 'hiddenkey', p: 0.1, lambda: 0.2 },
};

const configs: { readonly [adapter: string]: ConfigPatch } = {
  ...Object.fromEntries(Object.entries(adapters).map(([name, adapter]) => [name, { adapter }])),
  ...Object.fromEntries(Object.entries(optimizers).map(([name, train]) => [name, { adapter: adapters.lora, train }])),
};

const arms: readonly Arm[] = Object.entries(configs).flatMap(([adapter, config]) =>
  Object.entries(dropouts).map(([method, dropout]) => ({
    labels: { adapter, method },
    config: { ...config, dropout },
  })),
);

const rows = Object.keys(configs).flatMap((adapter) =>
  Object.keys(dropouts).map((method) => ({
    name: method === 'none' ? adapter : `${adapter}, ${method}`,
    where: { adapter, method },
  })),
);
const lora = { name: 'lora', where: { adapter: 'lora', method: 'none' } } as const;

export const adapterStudy: Experiment<ReportSpec> = {
  name: 'adapters',
  title,
  question,
  scales: {
    smoke: { summary: 'a few minutes', base: smoke, arms, seeds: [0] },
    quick: {
      summary: 'eighteen adapters and two optimisers, three methods, three seeds: about two hours on two cores',
      base: quick,
      arms,
      seeds: [0, 1, 2],
    },
    embedded: { summary: 'the same with eight seeds: a day', base: embedded, arms, seeds: [0, 1, 2, 3, 4, 5, 6, 7] },
  },
  report: {
    name: 'adapters',
    title,
    question,
    paper: 'LoRA Dropout (Lin et al. 2024) and HiddenKey (Wang et al. 2024), beyond the adapters they tried',
    claims: [],
    tables: [
      {
        kind: 'compare',
        name: 'adapters',
        title: 'Every adapter, against plain LoRA',
        baseline: lora,
        arms: rows,
        metrics: ['score', 'nll', 'ece'],
      },
    ],
    figures: [
      {
        kind: 'heatmap',
        name: 'adapter-by-method',
        title: 'Score by adapter and method',
        x: 'method',
        y: 'adapter',
        metric: 'score',
      },
      {
        kind: 'heatmap',
        name: 'adapter-by-method-nll',
        title: 'NLL by adapter and method, against plain LoRA',
        x: 'method',
        y: 'adapter',
        metric: 'nll',
        baseline: lora,
      },
    ],
  },
};
